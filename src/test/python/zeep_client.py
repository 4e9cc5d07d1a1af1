"""A partner's client in Python: zeep reads a WSDL from the running server and sends one document with it.

Arguments: address of the WSDL, service, port, username. Prints what was sent and what came back, one name=value a line.
"""
import datetime
import sys
import uuid

import requests
from lxml import etree
from zeep import Client, Transport
from zeep.exceptions import Fault
from zeep.plugins import HistoryPlugin

OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-"
WSSE = OASIS + "secext-1.0.xsd"
WSU = OASIS + "utility-1.0.xsd"
WSA = "http://www.w3.org/2005/08/addressing"
INTERACTION = "urn:nhs-itk:interaction:primaryRecipienteDischargeInpatientDischargeSummaryDocument-v1-0"


def fresh_id():
    return str(uuid.uuid4()).upper()


def security(username):
    now = datetime.datetime.now(datetime.timezone.utc)
    header = etree.Element("{%s}Security" % WSSE, nsmap={"wsse": WSSE, "wsu": WSU})
    timestamp = etree.SubElement(header, "{%s}Timestamp" % WSU)
    for name, minutes in (("Created", 0), ("Expires", 10)):
        time = now + datetime.timedelta(minutes=minutes)
        etree.SubElement(timestamp, "{%s}%s" % (WSU, name)).text = time.strftime("%Y-%m-%dT%H:%M:%SZ")
    token = etree.SubElement(header, "{%s}UsernameToken" % WSSE)
    etree.SubElement(token, "{%s}Username" % WSSE).text = username
    return header


def envelope(service):
    payload = "uuid_" + fresh_id()
    document = etree.fromstring('<ClinicalDocument xmlns="urn:hl7-org:v3"><title>caf\u00e9</title></ClinicalDocument>')
    item = {
        "id": payload,
        "mimetype": "text/xml",
        "profileid": "urn:nhs-en:profile:eDischargeInpatientDischargeSummary-v1-0",
    }
    spec = {"key": "urn:nhs-itk:ns:201005:interaction", "value": INTERACTION}
    return {
        "header": {
            "service": service,
            "trackingid": fresh_id(),
            "addresslist": {"address": [{"uri": "urn:nhs-uk:addressing:ods:Z9999"}]},
            "auditIdentity": {"id": [{"uri": "urn:nhs-uk:identity:ods:Y9999"}]},
            "manifest": {"count": 1, "manifestitem": [item]},
            "senderAddress": {"uri": "urn:nhs-uk:addressing:ods:Y9999"},
            "handlingSpecification": {"spec": [spec]},
        },
        "payloads": {"count": 1, "payload": [{"id": payload, "_value_1": document}]},
    }


def show(name, value):
    print("%s=%s" % (name, value))


def answered(response, **kwargs):
    if response.request.method == "POST":
        show("status", response.status_code)


def main(wsdl, service, port, username):
    session = requests.Session()
    session.trust_env = False
    session.hooks["response"].append(answered)
    history = HistoryPlugin()
    client = Client(wsdl, transport=Transport(session=session, timeout=30), plugins=[history])
    proxy = client.bind(service, port)
    (operation,) = proxy._binding.all().values()
    show("operation", operation.name)
    try:
        answer = proxy[operation.name](**envelope(operation.soapaction), _soapheaders=[security(username)])
        show("answer", answer)
    except Fault as fault:
        show("fault", fault.code)
        show("error", fault.detail.findtext(".//{*}ErrorCode"))
    for name in ("Action", "MessageID", "To"):
        show("sent" + name, history.last_sent["envelope"].findtext(".//{%s}%s" % (WSA, name)))


main(*sys.argv[1:])
