/** What the editor of a request is told. */
export interface RequestEditorProps {
  requestId: string;
  revision: number;
  dictionary: string;
  item?: string;
  onChanged: (revision: number) => void;
}

/** Edits the items of one dictionary in a request. */
export default function RequestEditor({ dictionary }: RequestEditorProps) {
  return <code>{dictionary}</code>;
}
