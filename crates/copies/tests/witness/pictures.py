"""Pictures of every kind that an office captures, by Pillow, and how each page must look: NAME, and NAME.N.ppm for page N."""

import struct
import sys
import zlib
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageCms, ImageDraw, ImageOps, ImageSequence

OUT = Path(sys.argv[1])
SIZE = (330, 467)  # A6 at 80 dpi
DPI = (80, 80)


def base():
    red = Image.linear_gradient("L").resize(SIZE).transpose(Image.Transpose.ROTATE_90).resize(SIZE)
    green = Image.linear_gradient("L").resize(SIZE)
    blue = Image.radial_gradient("L").resize(SIZE)
    image = Image.merge("RGB", (red, green, blue))
    draw = ImageDraw.Draw(image)
    draw.rectangle([20, 60, 120, 120], fill=(255, 0, 0))
    draw.rectangle([200, 300, 320, 460], fill=(0, 0, 255))
    draw.ellipse([60, 150, 200, 300], fill=(255, 255, 0))
    return image


RGB = base()
GREY = RGB.convert("L")
BLACK = GREY.point(lambda v: 255 if v > 110 else 0).convert("1")
PALETTE = RGB.quantize(200, dither=Image.Dither.NONE)
RAMP = Image.linear_gradient("L").resize(SIZE)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def shown(image):
    image = ImageOps.exif_transpose(image.copy()) or image
    if image.mode.startswith("I"):
        image = image.point(lambda v: v / 256).convert("L")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


def expect(name):
    with Image.open(OUT / name) as image:
        for number, frame in enumerate(ImageSequence.Iterator(image), 1):
            shown(frame).save(OUT / f"{name}.{number}.ppm")


def save(name, image, **options):
    image.save(OUT / name, **{"dpi": DPI, **options})
    expect(name)


def exif(**tags):
    block = Image.Exif()
    for tag, value in tags.items():
        block[int(tag[1:])] = value
    return block


for name, options in {
    "444": {"subsampling": 0},
    "420": {"subsampling": 2},
    "progressive": {"progressive": True},
    "restart": {"restart_marker_rows": 1},
    "icc": {"icc_profile": SRGB},
}.items():
    save(f"jpeg-{name}.jpg", RGB, quality=95, **options)
save("jpeg-422.jpg", RGB, quality=95, subsampling=1)
save("jpeg-many.mpo.jpg", RGB, format="MPO", quality=95)
for turn in range(1, 9):
    save(f"jpeg-turned-{turn}.jpg", RGB, quality=95, exif=exif(_274=turn))
    save(f"png-turned-{turn}.png", RGB, exif=exif(_274=turn))
    save(f"tiff-turned-{turn}.tif", RGB, compression="tiff_lzw", tiffinfo={274: turn})
save("jpeg-grey.jpg", GREY, quality=95)
INKS = RGB.convert("CMYK")
INKS = Image.merge("CMYK", (*INKS.split()[:3], RAMP.point(lambda v: v // 2)))
save("jpeg-inks.jpg", INKS, quality=95)
save("jpeg-inks-wrong-profile.jpg", INKS, quality=95, icc_profile=SRGB)
save("tiff-inks.tif", INKS, compression="tiff_lzw")
# The resolution stands in EXIF alone, in inches and in centimetres.
for name, unit, value in (("inch", 2, 80.0), ("centimetre", 3, 31.5)):
    plain = BytesIO()
    tags = exif(_282=value, _283=value, _296=unit)
    RGB.save(plain, "JPEG", quality=95, exif=tags)
    data = bytearray(plain.getvalue())
    at = data.find(b"JFIF\0")
    if at > 0:
        data[at + 7 : at + 12] = struct.pack(">BHH", 0, 1, 1)
    (OUT / f"jpeg-exif-{name}.jpg").write_bytes(data)
    expect(f"jpeg-exif-{name}.jpg")

save("png-rgb.png", RGB)
save("png-grey.png", GREY)
save("png-black.png", BLACK)
save("png-icc.png", RGB, icc_profile=SRGB)
save("png-palette.png", PALETTE)
for bits in (1, 2, 4):
    few = RGB.quantize(2**bits, dither=Image.Dither.NONE)
    save(f"png-palette-{bits}.png", few, bits=bits)
see_through = RGB.copy()
see_through.putalpha(RAMP)
save("png-alpha.png", see_through)
save("png-grey-alpha.png", Image.merge("LA", (GREY, RAMP)))
save("png-palette-alpha.png", PALETTE, transparency=bytes(255 - i for i in range(200)))
save("png-key.png", RGB, transparency=(255, 0, 0))
save("png-grey-key.png", GREY, transparency=GREY.getpixel((30, 70)))
deep = Image.new("I;16", SIZE)
deep.putdata([v * 257 for v in RAMP.get_flattened_data()] if hasattr(RAMP, "get_flattened_data") else [v * 257 for v in RAMP.getdata()])
save("png-deep.png", deep)
save("tiff-deep.tif", deep)



def png(name, image, kind, depth, interlaced=False, extra=b""):
    """A PNG of a form that Pillow reads but does not write: 16 bits a colour, interlaced."""
    channels = len(image.getbands())
    width, height = image.size
    data = image.tobytes()

    def rows(x0, y0, dx, dy):
        out = b""
        for y in range(y0, height, dy):
            row = bytearray([0])
            for x in range(x0, width, dx):
                for value in data[(y * width + x) * channels : (y * width + x + 1) * channels]:
                    row += bytes([value] * (depth // 8))
            out += bytes(row) if len(row) > 1 else b""
        return out

    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    body = b"".join(rows(*p) for p in (passes if interlaced else [(0, 0, 1, 1)]))
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, int(interlaced))
    size = struct.pack(">IIB", 3150, 3150, 1)
    out = b"\x89PNG\r\n\x1a\n"
    for tag, part in ((b"IHDR", head), (b"pHYs", size), (b"IDAT", zlib.compress(body)), (b"IEND", b"")):
        out += struct.pack(">I", len(part)) + tag + part + struct.pack(">I", zlib.crc32(tag + part))
    (OUT / name).write_bytes(out)
    expect(name)


for depth in (8, 16):
    for interlaced in (False, True):
        form = f"{depth}-{'interlaced' if interlaced else 'plain'}"
        png(f"png-rgb-{form}.png", RGB, 2, depth, interlaced)
        png(f"png-rgba-{form}.png", see_through, 6, depth, interlaced)
        png(f"png-grey-{form}.png", GREY, 0, 8, interlaced)
save("png-moving.png", RGB, save_all=True, append_images=[ImageOps.flip(RGB)], default_image=True)
for number in (2, 3):
    (OUT / f"png-moving.png.{number}.ppm").unlink(missing_ok=True)

for coding in (None, "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "packbits", "jpeg"):
    save(f"tiff-rgb-{coding}.tif", RGB, compression=coding)
    save(f"tiff-grey-{coding}.tif", GREY, compression=coding)
for coding in (None, "group3", "group4", "tiff_ccitt", "packbits", "tiff_lzw"):
    save(f"tiff-black-{coding}.tif", BLACK, compression=coding)
save("tiff-alpha.tif", see_through, compression="tiff_lzw")
save("tiff-palette.tif", PALETTE, compression="tiff_lzw")
save("tiff-predictor.tif", RGB, compression="tiff_lzw", tiffinfo={317: 2})
save("tiff-strips.tif", RGB, compression="tiff_lzw", tiffinfo={278: 16})
save("tiff-jpeg-strips.tif", RGB, compression="jpeg", tiffinfo={278: 16})
save("tiff-fax-strips.tif", BLACK, compression="group4", tiffinfo={278: 16})
save("tiff-pages.tif", RGB, save_all=True, append_images=[GREY, BLACK, PALETTE], compression="tiff_lzw")
save("tiff-fax-pages.tif", BLACK, save_all=True, append_images=[ImageOps.flip(BLACK)] * 2, compression="group4")
save("tiff-inks-jpeg.tif", INKS, compression="jpeg", quality=95)


def divided(name, image, chunk, tiles, coding, planar=False):
    """A TIFF in tiles or planes, which Pillow reads but does not write."""
    colours = len(image.getbands())
    planes = [*image.split()] if planar else [image]
    rows, data, offsets, counts = chunk[1], bytearray(), [], []
    for plane in planes:
        for top in range(0, SIZE[1], chunk[1]):
            for left in range(0, SIZE[0], chunk[0]):
                bottom = top + rows if tiles else min(top + rows, SIZE[1])
                part = plane.crop((left, top, left + chunk[0], bottom))
                if coding == 7:
                    packed = BytesIO()
                    part.save(packed, "JPEG", quality=95)
                    packed = packed.getvalue()
                elif coding == 4:
                    packed = BytesIO()
                    part.save(packed, "TIFF", compression="group4", tiffinfo={278: part.height})
                    with Image.open(packed) as inner:
                        at, length = inner.tag_v2[273][0], inner.tag_v2[279][0]
                        white = inner.tag_v2[262]
                    packed = packed.getvalue()[at : at + length]
                else:
                    packed = zlib.compress(part.tobytes())
                offsets.append(8 + len(data))
                counts.append(len(packed))
                data += packed
    kind = {"1": 1, "L": 1, "RGB": 6 if coding == 7 else 2, "CMYK": 5}[image.mode]
    if coding == 4:
        kind = white

    def put(form, values):
        at = 8 + len(data)
        data.extend(struct.pack(f"<{len(values)}{form}", *values))
        return at

    depth = 1 if image.mode == "1" else 8
    ratio = put("I", (80, 1))
    many = len(offsets)
    tags = {
        256: (3, 1, SIZE[0]), 257: (3, 1, SIZE[1]), 259: (3, 1, coding), 262: (3, 1, kind),
        258: (3, colours, put("H", [depth] * colours) if colours > 2 else depth),
        277: (3, 1, colours), 282: (5, 1, ratio), 283: (5, 1, ratio), 284: (3, 1, 2 if planar else 1),
    }
    starts = put("I", offsets) if many > 1 else offsets[0]
    lengths = put("I", counts) if many > 1 else counts[0]
    if tiles:
        tags |= {322: (3, 1, chunk[0]), 323: (3, 1, chunk[1]), 324: (4, many, starts), 325: (4, many, lengths)}
    else:
        tags |= {273: (4, many, starts), 278: (3, 1, rows), 279: (4, many, lengths)}
    if kind == 6:
        tags[530] = (3, 2, 2 | 2 << 16)
    entries = b"".join(struct.pack("<HHII", tag, *tags[tag]) for tag in sorted(tags))
    head = b"II*\0" + struct.pack("<I", 8 + len(data))
    (OUT / name).write_bytes(head + bytes(data) + struct.pack("<H", len(tags)) + entries + bytes(4))
    expect(name)


for name, image in (("rgb", RGB), ("grey", GREY), ("inks", INKS)):
    divided(f"tiff-tiles-{name}.tif", image, (128, 64), True, 8)
    if name != "grey":
        divided(f"tiff-planes-{name}.tif", image, (SIZE[0], 50), False, 8, planar=True)
        divided(f"tiff-plane-tiles-{name}.tif", image, (64, 128), True, 8, planar=True)
divided("tiff-tiles-black.tif", BLACK, (128, 64), True, 8)
divided("tiff-tiles-fax.tif", BLACK, (128, 64), True, 4)
divided("tiff-tiles-jpeg.tif", RGB, (128, 128), True, 7)
divided("tiff-tiles-grey-jpeg.tif", GREY, (512, 512), True, 7)
