"""Signatures by Python's own hmac and hashlib, from the rules alone: reads cases as JSON lines, writes the expected text and code."""
import hashlib, hmac, json, sys
from urllib.parse import quote_plus

def php(text):  # PHP urlencode: only letters, digits, - _ . stay
    return quote_plus(text, safe="").replace("~", "%7E")

for line in sys.stdin:
    case = json.loads(line)
    fields, key = case["fields"], case["key"]
    if case["rule"] == "vnpay":
        text = "&".join(f"{php(k)}={php(fields[k])}" for k in sorted(fields) if fields[k])
        code = hmac.new(key.encode(), text.encode(), hashlib.sha512).hexdigest()
    elif case["rule"] == "momo":
        text = "&".join(f"{k}={fields[k]}" for k in sorted(fields))
        code = hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
    elif case["rule"] == "onepay":
        text = "&".join(f"{k}={fields[k]}" for k in sorted(fields) if fields[k])
        code = hmac.new(bytes.fromhex(key), text.encode(), hashlib.sha256).hexdigest().upper()
    elif case["rule"] == "pipe":
        text = "|".join(case["values"])
        code = hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
    elif case["rule"] == "pp":
        text = "|".join(case["values"] + [key])
        code = hashlib.sha256(text.encode()).hexdigest()
    print(json.dumps({"text": text, "code": code}))
