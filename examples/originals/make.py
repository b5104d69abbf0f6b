"""Draws the sample originals: a made-up diploma of two pages, as a flatbed scanner would give it.

Everything in it is invented. Run with Pillow, numpy and img2pdf installed and the Liberation fonts of Debian:
    python examples/originals/make.py
The pictures are committed; run this only to change them.
"""

import io
import pathlib

import img2pdf
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

HERE = pathlib.Path(__file__).parent
DPI = 200
SIZE = (1654, 2339)  # A4 at 200 dpi
FONTS = pathlib.Path("/usr/share/fonts/truetype/liberation2")
RED, INK, BLUE = (158, 27, 38), (38, 34, 40), (34, 58, 140)


def font(kind, points):
    return ImageFont.truetype(str(FONTS / f"LiberationSerif-{kind}.ttf"), round(points * DPI / 72))


def paper(seed):
    """A sheet of cream paper with a faint guilloche and an uneven lamp."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]].astype(np.float32)
    base = np.stack([np.full(x.shape, v, np.float32) for v in (250, 244, 228)], axis=-1)
    wave = np.sin(x / 23 + 3 * np.sin(y / 90)) * np.sin(y / 29 + 3 * np.sin(x / 110))
    base -= (np.abs(wave) < 0.06)[..., None] * np.array([14, 6, 22], np.float32)
    lamp = 1 - 0.035 * ((x / SIZE[0] - 0.45) ** 2 + (y / SIZE[1] - 0.5) ** 2)
    base *= lamp[..., None]
    base += rng.normal(0, 1.6, (*x.shape, 1)).astype(np.float32)
    return Image.fromarray(base.clip(0, 255).astype(np.uint8))


def centred(draw, y, text, face, fill, x=SIZE[0] // 2):
    draw.text((x, y), text, font=face, fill=fill, anchor="ma")


def frame(draw):
    for inset, width in ((70, 9), (88, 3), (104, 3)):
        draw.rectangle((inset, inset + 170, SIZE[0] - inset, SIZE[1] - inset), outline=RED, width=width)


def seal(image, centre, text):
    layer = Image.new("RGBA", image.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    cx, cy = centre
    for radius, width in ((142, 7), (104, 3)):
        draw.ellipse((cx - radius, cy - radius, cx + radius, cy + radius), outline=(200, 24, 36, 205), width=width)
    star = []
    for i in range(10):
        angle, radius = -np.pi / 2 + i * np.pi / 5, (58 if i % 2 == 0 else 23)
        star.append((cx + radius * np.cos(angle), cy + radius * np.sin(angle)))
    draw.polygon(star, fill=(200, 24, 36, 205))
    face = font("Bold", 8.5)
    for i, letter in enumerate(text):
        angle = -np.pi * 0.94 + i * (np.pi * 0.88) / (len(text) - 1)
        glyph = Image.new("RGBA", (60, 60), (0, 0, 0, 0))
        ImageDraw.Draw(glyph).text((30, 30), letter, font=face, fill=(200, 24, 36, 205), anchor="mm")
        glyph = glyph.rotate(-np.degrees(angle) - 90, resample=Image.BICUBIC)
        layer.alpha_composite(glyph, (int(cx + 122 * np.cos(angle)) - 30, int(cy + 122 * np.sin(angle)) - 30))
    image.paste(layer, (0, 0), layer)


def signature(draw, x, y):
    points = [(x, y), (x + 40, y - 60), (x + 62, y + 34), (x + 95, y - 48), (x + 120, y + 12), (x + 170, y - 22)]
    points += [(x + 210, y + 18), (x + 300, y - 66), (x + 250, y + 26), (x + 380, y - 10)]
    draw.line(points, fill=BLUE, width=5, joint="curve")


def page_one():
    image = paper(1)
    draw = ImageDraw.Draw(image)
    frame(draw)
    centred(draw, 330, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", font("Bold", 14), INK)
    centred(draw, 385, "Độc lập – Tự do – Hạnh phúc", font("Bold", 13), INK)
    draw.line((SIZE[0] // 2 - 210, 440, SIZE[0] // 2 + 210, 440), fill=INK, width=3)
    centred(draw, 520, "HIỆU TRƯỞNG", font("Bold", 15), INK)
    centred(draw, 575, "TRƯỜNG ĐẠI HỌC SÔNG THƠM", font("Bold", 17), INK)
    centred(draw, 665, "cấp", font("Italic", 14), INK)
    centred(draw, 740, "BẰNG CỬ NHÂN", font("Bold", 34), RED)
    centred(draw, 890, "NGÀNH CÔNG NGHỆ THÔNG TIN", font("Bold", 17), INK)
    rows = [
        ("Cho:", "Nguyễn Thị Ánh Tuyết"),
        ("Ngày sinh:", "09 tháng 02 năm 2001"),
        ("Nơi sinh:", "Thừa Thiên – Huế"),
        ("Năm tốt nghiệp:", "2023"),
        ("Xếp loại tốt nghiệp:", "Giỏi"),
        ("Hình thức đào tạo:", "Chính quy"),
    ]
    for i, (label, value) in enumerate(rows):
        y = 1040 + 92 * i
        draw.text((300, y), label, font=font("Regular", 15), fill=INK)
        draw.text((720, y), value, font=font("Bold", 16), fill=INK)
    draw.text((820, 1680), "Sông Thơm, ngày 30 tháng 6 năm 2023", font=font("Italic", 13), fill=INK)
    centred(draw, 1735, "HIỆU TRƯỞNG", font("Bold", 14), INK, 1150)
    signature(draw, 1000, 1890)
    seal(image, (960, 1890), "TRƯỜNG ĐẠI HỌC SÔNG THƠM")
    centred(draw, 2010, "PGS. TS. Đỗ Quỳnh Hương", font("Bold", 14), INK, 1150)
    draw.text((300, 2050), "Số hiệu: ST 0012345", font=font("Regular", 12), fill=INK)
    draw.text((300, 2100), "Số vào sổ gốc cấp bằng: 2023/0457", font=font("Regular", 12), fill=INK)
    return image


def page_two():
    image = paper(2)
    draw = ImageDraw.Draw(image)
    frame(draw)
    centred(draw, 330, "PHỤ LỤC VĂN BẰNG", font("Bold", 22), RED)
    centred(draw, 430, "(Kèm theo văn bằng số hiệu ST 0012345)", font("Italic", 13), INK)
    courses = [
        ("Toán rời rạc", "4", "8,5"), ("Cấu trúc dữ liệu và giải thuật", "4", "9,0"),
        ("Cơ sở dữ liệu", "3", "8,8"), ("Hệ điều hành", "3", "7,9"), ("Mạng máy tính", "3", "8,2"),
        ("Kiến trúc máy tính", "3", "8,0"), ("Công nghệ phần mềm", "3", "9,2"), ("Trí tuệ nhân tạo", "3", "8,7"),
        ("An toàn thông tin", "3", "9,1"), ("Pháp luật đại cương", "2", "8,4"), ("Khóa luận tốt nghiệp", "10", "9,3"),
    ]
    left, right, top, step = 240, SIZE[0] - 240, 560, 104
    for i, text in enumerate(("TT", "Học phần", "Tín chỉ", "Điểm")):
        draw.text(((260, 380, 1110, 1300)[i], top + 26), text, font=font("Bold", 13), fill=INK)
    for i, (name, credits, mark) in enumerate(courses, start=1):
        y = top + step * i + 24
        draw.text((268, y), str(i), font=font("Regular", 13), fill=INK)
        draw.text((380, y), name, font=font("Regular", 13), fill=INK)
        draw.text((1150, y), credits, font=font("Regular", 13), fill=INK)
        draw.text((1312, y), mark, font=font("Regular", 13), fill=INK)
    for i in range(len(courses) + 2):
        draw.line((left, top + step * i, right, top + step * i), fill=INK, width=2)
    for x in (left, 350, 1080, 1270, right):
        draw.line((x, top, x, top + step * (len(courses) + 1)), fill=INK, width=2)
    centred(draw, 1880, "TRƯỞNG PHÒNG ĐÀO TẠO", font("Bold", 14), INK, 1150)
    signature(draw, 980, 2010)
    centred(draw, 2100, "TS. Lê Hữu Phước", font("Bold", 14), INK, 1150)
    return image


def scanned(image, seed):
    """Slightly turned and soft, as from a scanner; saved as JPEG with its resolution."""
    rng = np.random.default_rng(seed)
    image = image.rotate(0.18, resample=Image.BICUBIC, fillcolor=(246, 240, 226)).filter(ImageFilter.GaussianBlur(0.55))
    pixels = np.asarray(image, np.float32) + rng.normal(0, 2.0, (*image.size[::-1], 3))
    out = io.BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(out, "JPEG", quality=80, dpi=(DPI, DPI), subsampling=2)
    return out.getvalue()


def main():
    pages = [scanned(page_one(), 11), scanned(page_two(), 12)]
    for i, data in enumerate(pages, start=1):
        (HERE / f"diploma-page-{i}.jpg").write_bytes(data)
    (HERE / "diploma-scan.pdf").write_bytes(img2pdf.convert(pages, nodate=True, title="Bằng cử nhân (mẫu)"))


if __name__ == "__main__":
    main()
