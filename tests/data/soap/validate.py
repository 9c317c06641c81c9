"""Validates envelopes against the schema of their WSDL file, with an XML Schema validator that is not ours.

Usage: validate.py WSDL ENVELOPE... ; prints a line a problem and "checked N" at the end.
"""

import sys
from xml.etree import ElementTree

import xmlschema

SCHEMA = "{http://www.w3.org/2001/XMLSchema}schema"
BODY = "{http://www.w3.org/2003/05/soap-envelope}Body"
HEADER = "{http://www.w3.org/2003/05/soap-envelope}Header"
IDENTITY = "chargeBoxIdentity"


def main(wsdl, envelopes):
    element = next(ElementTree.parse(wsdl).iter(SCHEMA))
    # A prefix in a type's name is declared around the schema, which the tree does not keep.
    namespaces = dict(pair for _, pair in ElementTree.iterparse(wsdl, events=["start-ns"]))
    schema = build(element, namespaces)
    target = schema.target_namespace
    for path in envelopes:
        root = ElementTree.parse(path).getroot()
        messages = list(root.find(BODY))
        headers = root.find(HEADER)
        identity = [child for child in headers if child.tag == "{%s}%s" % (target, IDENTITY)]
        for child in identity:
            # Its type is a simple one, and WSDL does not repeat what SOAP allows on every header.
            child.attrib.clear()
        if len(messages) != 1:
            print(f"{path}: {len(messages)} messages in the body")
        for child in messages + identity:
            for error in schema.iter_errors(child):
                print(f"{path}: {error.path}: {error.reason}")
    print(f"checked {len(envelopes)}")


def build(element, namespaces):
    """A schema that stands alone: with the declarations that stood around it."""
    text = ElementTree.tostring(element, encoding="unicode")
    start = text.index("<") + 1
    end = start + len(text[start:].split(None, 1)[0])
    known = text[: text.index(">")]
    declared = "".join(
        f' xmlns:{prefix}="{uri}"' for prefix, uri in namespaces.items() if prefix and f"xmlns:{prefix}=" not in known
    )
    return xmlschema.XMLSchema(text[:end] + declared + text[end:])


main(sys.argv[1], sys.argv[2:])
