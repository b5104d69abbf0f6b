"""Plays every gateway from the rules alone, with Python's own hmac and hashlib: writes signed notices, what they say, and forgeries of each.

Usage: second_gateways.py CASES_PER_GATEWAY. One JSON object a line. Nothing of the library is read or called."""
import base64
import hashlib
import hmac
import json
import random
import sys
from urllib.parse import quote, quote_plus

rng = random.Random(20261124)
TOKEN = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789"
TEXT = TOKEN + " .-_"
VIET = "Thành công lệ phí chứng thực Đường Điện Biên Phủ ăâêôơư 0123"


def pick(alphabet, least, most):
    return "".join(rng.choice(alphabet) for _ in range(rng.randint(least, most)))


def token(least=6, most=20):
    return pick(TOKEN, least, most)


def php(text, space="+"):
    out = quote_plus(text, safe="") if space == "+" else quote(text, safe="")
    return out.replace("~", "%7E")


def form(pairs, space="+"):
    return "&".join(f"{php(k, space)}={php(v, space)}" for k, v in pairs)


def code(algorithm, key, text):
    return hmac.new(key, text.encode(), algorithm).hexdigest()


def get(query):
    return {"method": "GET", "query": query}


def post(body):
    return {"method": "POST", "body": body}


def dumps(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def bad_signatures(good, key, text):
    """Signatures that must not be taken for `good`."""
    other = good.upper() if good != good.upper() else good.lower()
    yield from ("", good[:-1], good + "0", " " + good, other, good[::-1], "0" * len(good))
    yield hashlib.sha256((key + text).encode()).hexdigest()
    yield hashlib.md5((text + key).encode()).hexdigest()
    yield code(hashlib.sha256, b"not the key", text)


def vnpay():
    key, merchant, reference = token(32, 32), token(8, 8), token()
    amount, paid = rng.randint(1, 9_999_999_999), rng.random() < 0.7
    response, status = ("00", "00") if paid else (rng.choice(["09", "11", "24", "51", "75"]), "02")
    fields = {"vnp_Amount": str(amount * 100), "vnp_BankCode": "NCB", "vnp_CardType": "ATM",
              "vnp_OrderInfo": pick(TEXT + "~*!'():,;/@?#", 1, 80).strip() or "x", "vnp_PayDate": "20261124103000",
              "vnp_ResponseCode": response, "vnp_TmnCode": merchant, "vnp_TransactionNo": pick("123456789", 8, 8),
              "vnp_TransactionStatus": status, "vnp_TxnRef": reference}
    space = rng.choice(["+", "%20"])
    text = form(sorted(fields.items()), space)
    good = code(hashlib.sha512, key.encode(), text)
    order = list(fields.items())
    rng.shuffle(order)
    sent = form(order, space)
    raw = get(f"{sent}&vnp_SecureHash={good}")
    forged = [get(f"{sent}&vnp_SecureHash={quote(s)}") for s in bad_signatures(good, key, text)]
    forged += [get(sent), get(f"{sent}&vnp_SecureHash={good}&vnp_TxnRef={reference}"),
               get(f"{sent.replace('vnp_Amount=', 'vnp_Amount=9')}&vnp_SecureHash={good}"),
               get(f"{sent}&vnp_SecureHash={good}&vnp_Extra=1"),
               get(f"{sent.replace('vnp_TmnCode', 'vnp_Tmn%43ode')}&vnp_SecureHash={good}")]
    if not paid:
        forged.append(get(f"{sent.replace('vnp_ResponseCode=' + response, 'vnp_ResponseCode=00')}&vnp_SecureHash={good}"))
    return merchant, None, {"secret": key}, raw, (reference, amount, {}), "paid" if paid else "failed", forged


def json_forgeries(body, name, good, key, text, changes):
    """The same JSON notice with other signatures, without one, with changed values, with a key given twice."""
    for signature in bad_signatures(good, key, text):
        yield post(dumps({**body, name: signature}))
    yield post(dumps({k: v for k, v in body.items() if k != name}))
    for field, value in changes:
        yield post(dumps({**body, field: value}))
    first = next(iter(body))
    yield post(dumps(body)[:-1] + f",{dumps(first)}:{dumps(body[first])}}}")


def momo():
    key, access, merchant, reference = token(32, 32), token(14, 14), token(), token()
    amount, paid = rng.randint(1_000, 50_000_000), rng.random() < 0.7
    result = 0 if paid else rng.choice([1001, 1005, 1006, 4001])
    body = {"partnerCode": merchant, "orderId": reference, "requestId": token(), "amount": amount,
            "orderInfo": pick(VIET, 1, 60), "orderType": "momo_wallet", "transId": rng.randint(1, 10**10),
            "resultCode": result, "message": pick(VIET, 1, 30), "payType": rng.choice(["qr", "webApp", "napas"]),
            "responseTime": 1_795_000_000_000 + rng.randint(0, 10**9),
            "extraData": base64.b64encode(token().encode()).decode() if rng.random() < 0.5 else ""}
    text = f"accessKey={access}&" + "&".join(f"{k}={body[k]}" for k in sorted(body))
    good = code(hashlib.sha256, key.encode(), text)
    body["signature"] = good
    changes = [("amount", amount + 1), ("amount", str(amount)), ("amount", float(amount)), ("orderInfo", body["orderInfo"] + "&"),
               ("transId", body["transId"] + 1), ("partnerCode", "OTHER"), ("message", "x")]
    if not paid:
        changes.append(("resultCode", 0))
    forged = list(json_forgeries(body, "signature", good, key, text, changes))
    return merchant, None, {"access_key": access, "secret": key}, post(dumps(body)), (reference, amount, {}), \
        "paid" if paid else "failed", forged


def zalopay():
    key1, key2, app = token(32, 32), token(32, 32), rng.randint(1000, 9999)
    reference, amount = f"261124_{token()}", rng.randint(1, 10**9)
    data = dumps({"app_id": app, "app_trans_id": reference, "app_time": 1_795_000_000_000, "app_user": pick(VIET, 1, 20),
                  "amount": amount, "embed_data": "{}", "item": "[]", "zp_trans_id": rng.randint(1, 10**14),
                  "server_time": 1_795_000_001_000, "channel": 38, "merchant_user_id": token(), "user_fee_amount": 0,
                  "discount_amount": 0})
    good = code(hashlib.sha256, key2.encode(), data)
    body = {"data": data, "mac": good, "type": 1}
    changes = [("data", data.replace(str(amount), str(amount + 1))), ("data", data + " "), ("type", 2), ("type", "1"),
               ("mac", code(hashlib.sha256, key1.encode(), data)), ("data", json.loads(data))]
    forged = list(json_forgeries(body, "mac", good, key2, data, changes))
    return str(app), None, {"key1": key1, "key2": key2}, post(dumps(body)), (reference, amount, {}), "paid", forged


def payos():
    key, reference, amount = token(64, 64), rng.randint(1_000, 2**53 - 1), rng.randint(1, 10**10)
    data = {"orderCode": reference, "amount": amount, "description": pick(TEXT, 1, 25), "accountNumber": pick("0123456789", 8, 12),
            "reference": token(), "transactionDateTime": "2026-11-24 10:30:00", "currency": "VND", "paymentLinkId": token(32, 32),
            "code": "00", "desc": pick(VIET, 1, 20), "counterAccountBankId": rng.choice(["", None, "970436"]),
            "counterAccountName": rng.choice(["", None, "NGUYEN VAN A"]), "virtualAccountName": rng.choice(["", "null", "undefined"])}
    def value(v):
        return "" if v in (None, "null", "undefined") else str(v)
    text = "&".join(f"{k}={value(data[k])}" for k in sorted(data))
    good = code(hashlib.sha256, key.encode(), text)
    body = {"code": "00", "desc": "success", "success": True, "data": data, "signature": good}
    changes = [("data", {**data, "amount": amount + 1}), ("data", {**data, "description": "x&code=00"}),
               ("data", {**data, "extra": "1"}), ("data", {k: v for k, v in data.items() if k != "accountNumber"}),
               ("data", None), ("data", [data]), ("data", {**data, "orderCode": str(reference)})]
    forged = list(json_forgeries(body, "signature", good, key, text, changes))
    return "client-1", "https://test.example.vn", {"secret": key}, post(dumps(body)), (str(reference), amount, {}), "paid", forged


def onepay():
    key, merchant, reference = pick("0123456789ABCDEF", 32, 32), token(), f"{token()}:{token()}"
    amount, paid = rng.randint(1, 9_999_999_999), rng.random() < 0.7
    result = "0" if paid else rng.choice(["1", "5", "99", "253"])
    fields = {"vpc_Amount": str(amount * 100), "vpc_Command": "pay", "vpc_CurrencyCode": "VND", "vpc_Locale": "vn",
              "vpc_MerchTxnRef": reference, "vpc_Merchant": merchant, "vpc_OrderInfo": pick(TEXT, 1, 34).strip() or "x",
              "vpc_TransactionNo": pick("123456789", 7, 7), "vpc_TxnResponseCode": result, "vpc_Version": "2",
              "vpc_Message": rng.choice(["", "Approved"])}
    text = "&".join(f"{k}={fields[k]}" for k in sorted(fields) if fields[k])
    good = hmac.new(bytes.fromhex(key), text.encode(), hashlib.sha256).hexdigest().upper()
    sent = form(fields.items())
    post_it = rng.random() < 0.3
    make = post if post_it else get
    forged = [make(f"{sent}&vpc_SecureHash={quote(s)}") for s in bad_signatures(good, key, text)]
    forged += [make(sent), make(f"{sent}&vpc_SecureHash={good}&vpc_Amount=1"),
               make(f"{sent}&vpc_SecureHash={hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest().upper()}"),
               make(f"{sent.replace('vpc_Amount=', 'vpc_Amount=1')}&vpc_SecureHash={good}"),
               make(f"{sent}&vpc_SecureHash={good}&user_x=1")]
    if not paid:
        forged.append(make(f"{sent.replace('ResponseCode=' + result, 'ResponseCode=0')}&vpc_SecureHash={good}"))
    return merchant, "https://mtf.example.vn/pay", {"access_code": "ABC123", "secret": key}, \
        make(f"{sent}&vpc_SecureHash={good}"), (reference, amount, {}), "paid" if paid else "failed", forged


def viettelpay():
    key, access, merchant, reference = token(32, 32), token(16, 16), token(), token()
    amount, paid = rng.randint(1, 10**10), rng.random() < 0.7
    error, status = ("00", "1") if paid else (rng.choice(["22", "V06", "16"]), "2")
    bill = reference if rng.random() < 0.5 else token()
    sha, b64 = rng.random() < 0.5, rng.random() < 0.5
    fields = {"billcode": bill, "cust_msisdn": pick("0123456789", 9, 11), "error_code": error, "merchant_code": merchant,
              "order_id": reference, "payment_status": status, "trans_amount": str(amount), "vt_transaction_id": token()}
    def sign(values, secret):
        digest = hmac.new(secret.encode(), (access + "".join(values)).encode(), hashlib.sha1 if sha else hashlib.sha256).digest()
        return base64.b64encode(digest).decode() if b64 else digest.hex()
    good = sign(fields.values(), key)
    sent = form(fields.items())
    def with_sum(pairs, s):
        return post(form(list(pairs.items()) + [("check_sum", s)]))
    forged = [with_sum(fields, s) for s in bad_signatures(good, key, "".join(fields.values()))]
    forged += [post(sent), with_sum({**fields, "trans_amount": str(amount + 1)}, good),
               with_sum({**fields, "trans_amount": str(amount)[:-1] or "0", "vt_transaction_id": str(amount)[-1] + fields["vt_transaction_id"]}, good),
               with_sum({**fields, "cust_msisdn": fields["cust_msisdn"][:-1], "error_code": fields["cust_msisdn"][-1] + error}, good)
               if not paid else with_sum(fields, sign(fields.values(), "other")),
               with_sum({**fields, "payment_status": "1", "error_code": "00"}, good) if not paid else post(sent + "&check_sum="),
               post(form(list(fields.items()) + [("check_sum", good), ("order_id", reference)]))]
    also = {} if bill == reference else {"billcode": bill}
    keys = {"access_code": access, "secret": key, "algorithm": "hmac_sha1" if sha else "hmac_sha256", "encoding": "base64" if b64 else "hex_lower"}
    return merchant, None, keys, with_sum(fields, good), (reference, amount, also), "paid" if paid else "failed", forged


def payplatform():
    key, merchant, reference, amount = token(32, 32), token(), token(), rng.randint(1, 10**10)
    body = {"LoaiBanTin": "CONFIRM", "MaLoi": "00", "MaDoiTac": merchant, "MaThamChieu": reference,
            "SoTien": amount if rng.random() < 0.5 else str(amount), "MaTienTe": "VND", "MaGiaoDich": token(), "MaNganHang": "VCB",
            "ThoiGianGD": "20261124103000", "ThongTinGiaoDich": pick(VIET, 1, 60)}
    text = "|".join(str(v) for v in body.values())
    good = hashlib.sha256(f"{text}|{key}".encode()).hexdigest()
    body["MaXacThuc"] = good
    changes = [("SoTien", amount + 1), ("MaLoi", "01"), ("MaThamChieu", reference + "x"), ("ThongTinGiaoDich", "a|b"),
               ("MaXacThuc", code(hashlib.sha256, key.encode(), text)), ("MaXacThuc", hashlib.sha256(text.encode()).hexdigest()),
               ("MaTienTe", "USD"), ("LoaiBanTin", "INIT")]
    forged = list(json_forgeries(body, "MaXacThuc", good, key, text, changes))
    return merchant, "https://test.example.vn/pp", {"secret": key}, post(dumps(body)), (reference, amount, {}), "paid", forged


def keypay():
    key1, key2, merchant, reference = token(32, 32), token(32, 32), token(), token(6, 20)
    amount, fee = rng.randint(1, 10**10), rng.choice([0, 0, 2000])
    fields = {"addition_fee": str(fee), "client_id": merchant, "command": "PAY", "trans_amount": str(amount),
              "transaction_id": reference, "version": "3.0"}
    text = "|".join(fields.values())
    good = code(hashlib.sha256, key2.encode(), text)
    body = {**fields, "status": "0", "check_sum": good}
    changes = [("trans_amount", str(amount + 1)), ("addition_fee", "1"), ("check_sum", code(hashlib.sha256, key1.encode(), text)),
               ("transaction_id", reference + "|"), ("command", "REFUND")]
    forged = list(json_forgeries(body, "check_sum", good, key2, text, changes))
    # Its status stands outside the signature: authentic, but never a payment.
    also = {} if fee == 0 else {"addition_fee": str(fee)}
    return merchant, "https://test.example.vn/kp", {"key1": key1, "key2": key2}, post(dumps(body)), (reference, amount, also), \
        "pending", forged


for make in (vnpay, momo, zalopay, payos, onepay, viettelpay, payplatform, keypay):
    for _ in range(int(sys.argv[1])):
        merchant, base, keys, raw, (reference, amount, also), outcome, forged = make()
        print(json.dumps({
            "gateway": make.__name__,
            "account": {"environment": "sandbox", "merchant": merchant, "base": base, "keys": [{"label": "now", **keys}]},
            "raw": raw, "forged": forged, "outcome": outcome,
            "expected": {"reference": reference, "amount": {"amount": str(amount), "currency": "VND"}, "also": also},
        }))
