// Stands in for GraphiQL's preview of image addresses found in a response, which would fetch them from elsewhere.
export const ImagePreview = Object.assign(() => null, { shouldRender: () => false });
