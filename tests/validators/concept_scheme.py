"""Reads a concept scheme with another parser and holds it against the conditions of the SKOS reference that concern it."""

import sys

from rdflib import RDF, SKOS, Graph

graph = Graph().parse(sys.argv[1], format="turtle")
schemes = set(graph.subjects(RDF.type, SKOS.ConceptScheme))
concepts = set(graph.subjects(RDF.type, SKOS.Concept))
problems = []
# S9: concepts and schemes are disjoint.
problems += [f"{both} is a concept and a scheme" for both in schemes & concepts]
for concept in concepts:
    labels = list(graph.objects(concept, SKOS.prefLabel))
    languages = [label.language for label in labels]
    # S14: one preferred label for each language.
    if len(languages) != len(set(languages)):
        problems.append(f"{concept} has two preferred labels in one language")
    if not set(graph.objects(concept, SKOS.inScheme)) <= schemes:
        problems.append(f"{concept} is in a scheme that is not there")
    if not set(graph.objects(concept, SKOS.broader)) <= concepts:
        problems.append(f"{concept} has a broader concept that is not there")
    # S8: what has a top concept holds it.
    for scheme in graph.objects(concept, SKOS.topConceptOf):
        if (scheme, SKOS.hasTopConcept, concept) not in graph and list(graph.objects(scheme, SKOS.hasTopConcept)):
            problems.append(f"{concept} is a top concept that its scheme does not name")
print("\n".join(problems))
print(f"{'invalid' if problems else 'valid'}, {len(schemes)} scheme, {len(concepts)} concepts")
sys.exit(1 if problems or len(schemes) != 1 else 0)
