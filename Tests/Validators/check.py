"""Reads an export with the library that others wrote for its format, strictly; whatever that refuses ends with status 1.

check.py prov-json|openlineage|in-toto [--refuse] FILE…

With --refuse each file must be refused.
"""

import json
import sys


def prov_json(path):
    """Every record is understood, nothing dangles or is said twice, and the document survives a round trip."""
    from prov.model import ProvActivity, ProvDocument, ProvRelation

    with open(path) as file:
        document = ProvDocument.deserialize(file, format="json")
    with open(path) as file:
        sections = json.load(file)
    written = sum(len(members) for name, members in sections.items() if name != "prefix")
    records = document.get_records()
    assert written == len(records), f"{written} records were written, {len(records)} were read"
    known = {record.identifier for record in records if not record.is_relation()}
    for record in records:
        if isinstance(record, ProvRelation):
            ends = [value for _, value in record.formal_attributes[:2]]
            assert all(end in known for end in ends), f"a relation to something unknown: {record}"
        if isinstance(record, ProvActivity):
            start, end = record.get_startTime(), record.get_endTime()
            assert start is not None and end is not None and start <= end, f"times of {record}"
    assert len(document.unified().get_records()) == written, "two records say the same"
    again = ProvDocument.deserialize(content=document.serialize(format="json"), format="json")
    assert again == document, "the document changed on a round trip"


def openlineage(path):
    """Every event can be built from the library's own classes, which then write the very same JSON."""
    import importlib
    import pkgutil

    import openlineage.client.generated as generated
    from openlineage.client import event_v2
    from openlineage.client.generated import base
    from openlineage.client.serde import Serde

    classes = {}
    for module in pkgutil.iter_modules(generated.__path__):
        for name, value in vars(importlib.import_module(f"{generated.__name__}.{module.name}")).items():
            if name.endswith("Facet"):
                classes[name] = value

    def facets(members, own):
        result = {}
        for key, value in (members or {}).items():
            arguments = dict(value)
            schema, producer = arguments.pop("_schemaURL"), arguments.pop("_producer")
            name = schema.rsplit("/", 1)[1]
            if key.startswith("millrace_"):
                result[key] = dict(value)
                own.append((name, arguments))
                continue
            if "environmentVariables" in arguments:
                variable = importlib.import_module(
                    "openlineage.client.generated.environment_variables_run"
                ).EnvironmentVariable
                arguments["environmentVariables"] = [variable(**each) for each in arguments["environmentVariables"]]
            result[key] = classes[name](producer=producer, **arguments)
            assert result[key]._schemaURL == schema, f"{schema}, the library says {result[key]._schemaURL}"
        return result

    def dataset(kind, members, own):
        return kind(
            **{key: facets(value, own) if key.lower().endswith("facets") else value for key, value in members.items()}
        )

    own = []
    states = {}
    with open(path) as file:
        lines = file.read().splitlines()
    assert lines, "no events"
    for line in lines:
        event = json.loads(line)
        run, job = dict(event["run"]), dict(event["job"])
        run["facets"], job["facets"] = facets(run["facets"], own), facets(job["facets"], own)
        arguments = dict(event)
        schema = arguments.pop("schemaURL")
        arguments |= {
            "eventType": event_v2.RunState(event["eventType"]),
            "run": event_v2.Run(**run),
            "job": event_v2.Job(**job),
            "inputs": [dataset(base.InputDataset, each, own) for each in event["inputs"]],
            "outputs": [dataset(base.OutputDataset, each, own) for each in event["outputs"]],
        }
        built = event_v2.RunEvent(**arguments)
        assert built.schemaURL == schema, f"{schema}, the library says {built.schemaURL}"
        assert json.loads(Serde.to_json(built)) == event, f"the library writes this event otherwise: {line}"
        states.setdefault(event["run"]["runId"], []).append(event["eventType"])
    for run, types in states.items():
        assert types in (["START", "COMPLETE"], ["START", "FAIL"]), f"{run}: {types}"
    check_own_facets(own)


def check_own_facets(facets):
    """Our own facets are what our own schema says."""
    import pathlib

    import jsonschema

    path = pathlib.Path(__file__).parents[2] / "docs/schemas/openlineage-facets.schema.json"
    schema = json.loads(path.read_text())
    for name, members in facets:
        assert name in schema["$defs"], f"{name} is not in {path.name}"
        jsonschema.Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": schema["$defs"]}).validate(members)


def in_toto(path):
    """Statement and predicate are what their protocol buffers allow, which refuse fields that they do not know."""
    from google.protobuf import json_format
    from in_toto_attestation.predicates.provenance.v1 import provenance_pb2
    from in_toto_attestation.v1 import statement_pb2
    from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor
    from in_toto_attestation.v1.statement import Statement

    with open(path) as file:
        statement = json_format.Parse(file.read(), statement_pb2.Statement())
    Statement.copy_from_pb(statement).validate()
    assert statement.predicate_type == "https://slsa.dev/provenance/v1", statement.predicate_type
    predicate = json_format.ParseDict(json_format.MessageToDict(statement.predicate), provenance_pb2.Provenance())
    definition, details = predicate.build_definition, predicate.run_details
    # What SLSA's specification calls REQUIRED, and protocol buffers cannot.
    assert definition.build_type and details.builder.id, "buildType and builder.id"
    assert len(definition.external_parameters) > 0, "externalParameters"
    for descriptor in [*definition.resolved_dependencies, *details.byproducts]:
        ResourceDescriptor.copy_from_pb(descriptor).validate()
    started, finished = details.metadata.started_on, details.metadata.finished_on
    assert started.ToNanoseconds() <= finished.ToNanoseconds(), "startedOn and finishedOn"
    for descriptor in statement.subject:
        assert len(bytes.fromhex(descriptor.digest["sha256"])) == 32, descriptor


FORMATS = {"prov-json": prov_json, "openlineage": openlineage, "in-toto": in_toto}


def main(name, *paths):
    if paths[0] != "--refuse":
        for path in paths:
            FORMATS[name](path)
        return
    for path in paths[1:]:
        try:
            FORMATS[name](path)
        except Exception as error:
            print(f"{path}: {type(error).__name__}: {error}".splitlines()[0])
        else:
            sys.exit(f"{path}: nothing was wrong with it")


if __name__ == "__main__":
    main(*sys.argv[1:])
