# Wherever the former name stands, in a fact or in what is said of facts, the present one takes its place.
PREFIX aiop: <https://w3id.org/aiop#>

DELETE { ?subject ?predicate ?object }
INSERT { ?newSubject ?newPredicate ?newObject }
WHERE {
    ?subject ?predicate ?object .
    FILTER (aiop:hasWorkflow IN (?subject, ?predicate, ?object))
    BIND (IF(?subject = aiop:hasWorkflow, aiop:inWorkflow, ?subject) AS ?newSubject)
    BIND (IF(?predicate = aiop:hasWorkflow, aiop:inWorkflow, ?predicate) AS ?newPredicate)
    BIND (IF(?object = aiop:hasWorkflow, aiop:inWorkflow, ?object) AS ?newObject)
}
