"""Makes the small JPEG and TIFF files of this folder with Pillow: one of each form that scanners and programs write."""

import io
import struct

from PIL import Image, ImageCms


def lab(c, m, y, k):
    """A plain mixture of inks as 8-bit Lab."""
    rgb = [(1 - v) * (1 - k) for v in (c, m, y)]
    linear = [v ** 2.2 for v in rgb]
    rows = ((0.4361, 0.3851, 0.1431), (0.2225, 0.7169, 0.0606), (0.0139, 0.0971, 0.7141))
    x, y, z = (sum(a * b for a, b in zip(row, linear)) for row in rows)
    f = [v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x / 0.9642, y, z / 0.8249)]
    values = (116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2]))
    return bytes((round(values[0] * 2.55), round(values[1] + 128), round(values[2] + 128)))


def cmyk_profile():
    """A small output profile: one table of two points a colour (ICC.1:2001-04 §6.5.8, lut8Type)."""
    ramp = bytes(range(256))
    identity = struct.pack(">9i", *(65536 if i % 4 == 0 else 0 for i in range(9)))
    grid = b"".join(lab(c, m, y, k) for c in (0, 1) for m in (0, 1) for y in (0, 1) for k in (0, 1))
    table = b"mft1\0\0\0\0" + bytes((4, 3, 2, 0)) + identity + ramp * 4 + grid + ramp * 3
    text = b"plain CMYK\0"
    tags = [
        (b"desc", b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(78)),
        (b"cprt", b"text\0\0\0\0free\0"),
        (b"wtpt", b"XYZ \0\0\0\0" + struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D)),
        (b"A2B0", table),
    ]
    index, data, at = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, body in tags:
        index += name + struct.pack(">II", at + len(data), len(body))
        data += body + bytes(-len(body) % 4)
    head = struct.pack(">I", at + len(data)) + b"\0\0\0\0\x02\x10\0\0prtrCMYKLab "
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    head += struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D)
    return head.ljust(128, b"\0") + index + data


def save(name, image, **options):
    image.save(name, "JPEG", quality=60, dpi=(300, 300), **options)


colours = Image.merge("RGB", [Image.linear_gradient("L").rotate(a).resize((16, 16)) for a in (0, 90, 180)])
save("grey.jpg", colours.convert("L"))
save("ycc.jpg", colours)
save("progressive.jpg", colours, progressive=True)
save("srgb.jpg", colours, icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
save("rgb.jpg", colours, keep_rgb=True)
profile = cmyk_profile()
ImageCms.getOpenProfile(io.BytesIO(profile))
save("cmyk.jpg", colours.convert("CMYK"), icc_profile=profile)
save("cmyk-bare.jpg", colours.convert("CMYK"))

# Pillow also writes JFIF's marker, which says YCbCr; programs that mean RGB leave it out.
whole = open("rgb.jpg", "rb").read()
open("rgb.jpg", "wb").write(whole[:2] + whole[4 + struct.unpack(">H", whole[4:6])[0]:])

# Without any marker: only the names of the components tell that it is RGB.
whole = open("rgb.jpg", "rb").read()
bare, at = whole[:2], 2
while whole[at + 1] in (0xE0, 0xEE):
    at += 2 + struct.unpack(">H", whole[at + 2:at + 4])[0]
open("rgb-bare.jpg", "wb").write(bare + whole[at:])

# The same data called YCCK: the Adobe marker says that the first three components are luminance and chrominance.
whole = open("cmyk.jpg", "rb").read()
open("ycck.jpg", "wb").write(whole.replace(b"Adobe\0\x64\0\0\0\0\0", b"Adobe\0\x64\0\0\0\0\x02"))

# TIFF: every coding, and the colours that occur. Pillow divides into strips where told.
ORIENTATION, ROWS_PER_STRIP, PREDICTOR = 274, 278, 317
grey = colours.convert("L")
black = grey.convert("1")


def tiff(name, image, coding, tags=None, **options):
    image.save(name, "TIFF", compression=coding, dpi=(300, 300), tiffinfo=tags or {}, **options)


for coding in ("group3", "group4"):
    tiff(coding + ".tiff", black, coding)
tiff("strips.tiff", black, "group4", {ROWS_PER_STRIP: 4})
tiff("packbits.tiff", black, "packbits")
tiff("lzw.tiff", colours, "tiff_lzw", {PREDICTOR: 2, ROWS_PER_STRIP: 8})
tiff("deflate.tiff", grey, "tiff_adobe_deflate")
tiff("plain.tiff", colours, None)
tiff("deep.tiff", grey.convert("I;16"), "tiff_lzw", {PREDICTOR: 2})
tiff("palette.tiff", colours.quantize(16), "tiff_lzw")
tiff("jpeg.tiff", colours, "jpeg")
tiff("grey-jpeg.tiff", grey, "jpeg")
tiff("cmyk.tiff", colours.convert("CMYK"), "tiff_lzw", icc_profile=profile)
tiff("cmyk-bare.tiff", colours.convert("CMYK"), "tiff_lzw")
tiff("alpha.tiff", Image.merge("RGBA", (*colours.split(), grey)), "tiff_lzw")
tiff("turned.tiff", colours, "tiff_lzw", {ORIENTATION: 6})
tiff("pages.tiff", colours, "tiff_lzw", save_all=True, append_images=[grey, colours])

# The same numbers, but 0 is white, as fax programs write.
for name in ("group4", "packbits"):
    whole = open(name + ".tiff", "rb").read()
    entry = struct.pack("<HHIH", 262, 3, 1, 1)
    assert whole.count(entry) == 1
    open(name + "-white.tiff", "wb").write(whole.replace(entry, struct.pack("<HHIH", 262, 3, 1, 0)))
