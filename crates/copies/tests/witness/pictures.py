"""Pictures of every kind that an office captures, by Pillow, and how each page must look: NAME, and NAME.N.ppm for page N."""

import struct
import sys
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
