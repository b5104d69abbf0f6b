//! What drawing a page costs, counted in steps by letting the renderer's interpreter draw onto a meter. Steps, not time: the same page
//! costs the same everywhere. Nothing is drawn here.

use std::collections::{BTreeMap, BTreeSet};

use hayro::hayro_interpret::encode::EncodedShadingType;
use hayro::hayro_interpret::font::{Glyph, GlyphRun};
use hayro::hayro_interpret::pattern::{Pattern, ShadingPattern, TilingPattern};
use hayro::hayro_interpret::shading::{CoonsPatch, ShadingType, TensorProductPatch, Triangle};
use hayro::hayro_interpret::util::x_y_advances;
use hayro::hayro_interpret::{
    BlendMode, CacheKey, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, Paint, SoftMask, StrokeProps, interpret_page,
};
use hayro::hayro_syntax::Filter;
use hayro::hayro_syntax::object::{Array, Dict, Name, Stream};
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, BezPath, PathEl, Point, Rect};

use super::unfold::Unfolded;

/// Patterns within patterns, glyphs within glyphs, masks within masks: real files have two, and the renderer follows them without end.
const MAX_DEPTH: usize = 6;
/// Side of the largest picture the renderer holds.
const MAX_SIDE: f64 = 65_535.0;

// One step is about a nanosecond of a plain machine, where an optimised build drew each kind a thousand times on a page of A4. What
// takes memory until the page is finished counts for more, so that the steps bound that too.

/// Steps of a path, and of each of its points.
const PATH: f64 = 600.0;
const POINT: f64 = 50.0;
/// Steps of an edge, a pixel of its length: it is kept as samples of what it covers.
const EDGE: f64 = 80.0;
/// Steps of a dash, which becomes an outline of its own.
const DASH: f64 = 4_000.0;
/// Steps of a pixel set: in one colour; blended with what is there; under a mask; from a picture.
const COLOURED: f64 = 0.1;
const BLENDED: f64 = 0.9;
const MASKED: f64 = 2.5;
const PICTURED: f64 = 3.0;
/// Steps of a pixel of the page: for a group of its own; for a mask.
const GROUP: f64 = 0.2;
const MASK: f64 = 6.0;
/// Steps of a sample of a shading beside its functions: along a line or between circles, or of two dimensions; of a pixel in the box of a
/// triangle; of a triangle.
const SAMPLE_ALONG: f64 = 40.0;
const SAMPLE: f64 = 100.0;
const MESH: f64 = 50.0;
const TRIANGLE: f64 = 200.0;
/// Steps of a glyph beside its outline.
const GLYPH: f64 = 1_500.0;
/// Steps of a pattern, glyph or mask beside what it draws.
const PART: f64 = 2_500.0;
/// Steps of a pixel that a picture has, for each of its colours, and how much more those cost that are packed well.
const UNPACKED: f64 = 1.0;
const PACKED_WELL: f64 = 10.0;
/// Steps of a byte of a picture that is inflated, as often as it is drawn, and the bytes that a byte may become: a picture within a
/// content stream is inflated for the first time where it is drawn.
const INFLATED: f64 = 8.0;
const MOST_INFLATED: f64 = 2_600.0;
/// Bytes that a picture within a content stream is inflated to at most, to learn how many they are.
const MAX_INLINE: usize = 64 << 20;

/// Steps that drawing the page takes; it counts no further than a little beyond `most`.
pub(super) fn steps<'a>(
    page: &'a Page<'a>,
    transform: Affine,
    size: (f64, f64),
    settings: &InterpreterSettings,
    unfolded: Unfolded,
    most: f64,
) -> f64 {
    let target = Rect::new(0.0, 0.0, size.0, size.1);
    let cache = InterpreterCache::new();
    let mut context = Context::new(transform, target, &cache, page.xref(), settings.clone());
    let mut meter = Meter::new(target, unfolded, most, 0);
    interpret_page(page, &mut context, &mut meter);
    meter.steps
}

/// A path as it is drawn: its box, its points, the length of its edges and at most what they enclose.
#[derive(Debug, Clone, Copy)]
struct Outline {
    bbox: Rect,
    points: f64,
    length: f64,
    area: f64,
}

impl Outline {
    /// Of a curve its control points: it is no longer than the way along them.
    fn of(path: &BezPath) -> Self {
        let (mut at, mut start) = (Point::ZERO, Point::ZERO);
        let (mut length, mut area) = (0.0, 0.0);
        for element in path.elements() {
            let points: &[Point] = match element {
                PathEl::MoveTo(point) => {
                    length += at.distance(start);
                    (at, start) = (*point, *point);
                    &[]
                }
                PathEl::LineTo(a) => &[*a],
                PathEl::QuadTo(a, b) => &[*a, *b],
                PathEl::CurveTo(a, b, c) => &[*a, *b, *c],
                PathEl::ClosePath => &[start],
            };
            for point in points {
                length += at.distance(*point);
                // What winds around a point lies in one of the triangles from the start to each edge.
                area += (at - start).cross(*point - start).abs() / 2.0;
                at = *point;
            }
        }
        Self {
            bbox: path.control_box(),
            points: path.elements().len() as f64,
            length: length + at.distance(start),
            area,
        }
    }

    fn transformed(self, transform: Affine) -> Self {
        let (x, y) = x_y_advances(&transform);
        Self {
            bbox: transform.transform_rect_bbox(self.bbox),
            length: self.length * x.length().max(y.length()),
            area: self.area * transform.determinant().abs(),
            ..self
        }
    }
}

struct Meter {
    target: Rect,
    unfolded: Unfolded,
    most: f64,
    steps: f64,
    depth: usize,
    /// Masks that the renderer has kept.
    masks: BTreeSet<u128>,
    outlines: BTreeMap<u128, Outline>,
    /// Bytes that pictures inflate to.
    inflated: BTreeMap<u128, f64>,
}

impl Meter {
    fn new(target: Rect, unfolded: Unfolded, most: f64, depth: usize) -> Self {
        Self {
            target,
            unfolded,
            most,
            steps: 0.0,
            depth,
            masks: BTreeSet::new(),
            outlines: BTreeMap::new(),
            inflated: BTreeMap::new(),
        }
    }

    fn add(&mut self, steps: f64) {
        // What is not a number is beyond any budget.
        self.steps += if steps.is_nan() { f64::INFINITY } else { steps };
    }

    fn is_spent(&self) -> bool {
        self.steps > self.most
    }

    fn function(&self) -> f64 {
        self.unfolded.function as f64
    }

    /// What a box covers of the target.
    fn covered(&self, bbox: Rect) -> f64 {
        let shown = bbox.intersect(self.target);
        shown.width().max(0.0) * shown.height().max(0.0)
    }

    /// How much of a length lies within the target, as far as the boxes tell: what crosses it is cut off there, and what lies beside
    /// it costs little.
    fn within(&self, outline: &Outline) -> f64 {
        let shown = outline.bbox.intersect(self.target);
        if shown.width() < 0.0 || shown.height() < 0.0 {
            return 0.0;
        }
        // A line of the target's size for each point is all that can be seen.
        outline.length.min(outline.points * (self.target.width() + self.target.height()))
    }

    /// Runs through a part of so many steps, which the renderer does `copies` times.
    fn part(&mut self, steps: u64, copies: f64, target: Rect, run: impl FnOnce(&mut Self)) {
        self.add(copies * (PART + self.unfolded.layers as f64 + steps as f64));
        if self.depth >= MAX_DEPTH {
            self.add(f64::INFINITY);
        }
        if self.is_spent() {
            return;
        }
        let mut inner = Self::new(target, self.unfolded, self.most, self.depth + 1);
        run(&mut inner);
        self.add(copies * inner.steps);
    }

    fn mask(&mut self, mask: Option<&SoftMask<'_>>) -> f64 {
        let Some(mask) = mask else { return 0.0 };
        if self.masks.insert(mask.cache_key()) {
            self.add(MASK * self.target.area());
            let target = self.target;
            self.part(self.unfolded.part, 1.0, target, |inner| mask.interpret(inner));
        }
        MASKED
    }

    fn paint(&mut self, props: &DrawProps<'_>, outline: &Outline, stroked: bool) {
        let masked = self.mask(props.soft_mask.as_ref());
        let blended = if props.blend_mode == BlendMode::Normal { 0.0 } else { BLENDED };
        let covered = self.covered(outline.bbox).min(outline.area);
        self.add(covered * (COLOURED + blended + masked) + self.function());
        self.add(outline.points * POINT + self.within(outline) * EDGE + PATH);
        if let Paint::Pattern(pattern) = &props.paint {
            let shown = outline.bbox.intersect(self.target);
            let shown = if self.covered(shown) > 0.0 { shown } else { Rect::ZERO };
            match &**pattern {
                Pattern::Shading(shading) => self.shading(shading, shown),
                Pattern::Tiling(tiling) => self.tiling(tiling, shown, stroked),
            }
        }
    }

    fn shading(&mut self, shading: &ShadingPattern, shown: Rect) {
        // The function, and the colour space's own.
        let mut sample = SAMPLE + 2.0 * self.function();
        match &*shading.shading.shading_type {
            ShadingType::TriangleMesh { triangles, .. } => self.mesh(triangles, shading.matrix),
            ShadingType::CoonsPatchMesh { patches, .. } => {
                self.patches(patches, shading.matrix, CoonsPatch::to_triangles);
            }
            ShadingType::TensorProductPatchMesh { patches, .. } => {
                self.patches(patches, shading.matrix, TensorProductPatch::to_triangles);
            }
            ShadingType::RadialAxial { .. } => {
                sample = SAMPLE_ALONG + 2.0 * self.function();
                let encoded = shading.encode();
                if let EncodedShadingType::RadialAxial(gradient) = &encoded.shading_type
                    && let Some(native) = gradient.as_svg_gradient(&encoded, shown, 0.01)
                {
                    self.add(native.stops.len() as f64 * 2.0 * sample + shown.area() * BLENDED);
                    return;
                }
            }
            ShadingType::FunctionBased { .. } | ShadingType::Dummy => {}
        }
        self.add(shown.area() * (sample + PICTURED));
    }

    /// The renderer divides each patch into triangles.
    fn patches<P>(
        &mut self,
        patches: &[P],
        matrix: Affine,
        divide: impl Fn(&P, &mut Vec<Triangle>),
    ) {
        let mut triangles = Vec::new();
        for patch in patches {
            if self.is_spent() {
                return;
            }
            triangles.clear();
            divide(patch, &mut triangles);
            self.mesh(&triangles, matrix);
        }
    }

    /// It looks at the box of each, on the page or not.
    fn mesh(&mut self, triangles: &[Triangle], matrix: Affine) {
        let whole = Rect::new(0.0, 0.0, MAX_SIDE, MAX_SIDE);
        for triangle in triangles {
            let seen = matrix.transform_rect_bbox(triangle.bounding_box()).intersect(whole);
            let pixels = (seen.width().max(0.0) + 1.0) * (seen.height().max(0.0) + 1.0);
            self.add(TRIANGLE + MESH * pixels);
        }
    }

    /// The copies of a tile that the renderer draws into one picture, and that picture.
    fn tiling(&mut self, tiling: &TilingPattern<'_>, shown: Rect, stroked: bool) {
        let area = tiling.matrix.inverse().transform_rect_bbox(shown);
        let (across, down) = x_y_advances(&tiling.matrix);
        let axis = |scale: f64, cell: f64, step: f32, visible: f64| {
            let step = f64::from(step.abs());
            let (copies, size) = if visible >= step {
                ((cell / step).ceil(), step * scale)
            } else {
                ((visible + cell) / step + 1.0, visible * scale)
            };
            (copies.max(1.0), size.clamp(1.0, MAX_SIDE))
        };
        let x = axis(across.length(), tiling.bbox.width(), tiling.x_step, area.width());
        let y = axis(down.length(), tiling.bbox.height(), tiling.y_step, area.height());
        self.add(PICTURED * (shown.area() + x.1 * y.1));
        let target = tiling.matrix.transform_rect_bbox(tiling.bbox);
        let side = |length: f64| length.min(MAX_SIDE);
        let target =
            Rect::from_origin_size(target.origin(), (side(target.width()), side(target.height())));
        self.part(self.unfolded.part, x.0 * y.0, target, |inner| {
            tiling.interpret(inner, tiling.matrix, stroked);
        });
    }

    fn stroke(&mut self, props: &DrawProps<'_>, outline: Outline, stroke: &StrokeProps) {
        let (x, y) = x_y_advances(&props.transform);
        let scale = x.length().max(y.length());
        let width = (f64::from(stroke.line_width.abs()) * scale).max(1.0);
        let seen = outline.transformed(props.transform);
        let reach = width * f64::from(stroke.miter_limit.max(1.5));
        let period: f64 = stroke.dash_array.iter().map(|dash| f64::from(dash.abs())).sum();
        if !stroke.dash_array.is_empty() {
            // Of the whole line, seen or not.
            self.add(outline.length / period * (stroke.dash_array.len() as f64 / 2.0) * DASH);
        }
        let line = Outline {
            bbox: seen.bbox.inflate(reach, reach),
            points: seen.points * 4.0,
            length: seen.length * 2.0,
            area: (seen.length + reach) * width,
        };
        self.paint(props, &line, true);
    }

    /// Bytes that the data of a picture inflate to.
    fn inflated(&mut self, stream: &Stream<'_>) -> f64 {
        let (data, filters) = (stream.raw_data(), stream.filters());
        let whole = stream.dict().obj_id().is_some();
        match filters[..] {
            [] | [Filter::DctDecode | Filter::JpxDecode | Filter::Jbig2Decode] => 0.0,
            [Filter::CcittFaxDecode] => 0.0,
            [Filter::FlateDecode] if !whole => {
                let limited = miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
                match limited(&data, MAX_INLINE) {
                    Ok(bytes) => bytes.len() as f64,
                    Err(_) => data.len() as f64 * MOST_INFLATED,
                }
            }
            _ => *self.inflated.entry(stream.cache_key()).or_insert_with(|| {
                let bytes = if whole { stream.decoded_data().ok() } else { None };
                bytes.map_or(data.len() as f64 * MOST_INFLATED, |bytes| bytes.len() as f64)
            }),
        }
    }

    fn outline(&mut self, props: &DrawProps<'_>, outline: Outline, mode: &DrawMode) {
        if let DrawMode::Fill(_) | DrawMode::FillAndStroke(..) = mode {
            self.paint(props, &outline.transformed(props.transform), false);
        }
        if let DrawMode::Stroke(stroke) | DrawMode::FillAndStroke(_, stroke) = mode {
            self.stroke(props, outline, stroke);
        }
    }
}

impl<'a> Device<'a> for Meter {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        if !self.is_spent() {
            self.outline(&props, Outline::of(path), mode);
        }
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        if !self.is_spent() {
            let outline = Outline::of(&clip.path);
            self.add(outline.points * POINT + self.within(&outline) * EDGE + PATH);
        }
    }

    fn push_transparency_group(&mut self, _: f32, mask: Option<SoftMask<'a>>, _: BlendMode) {
        if !self.is_spent() {
            let masked = self.mask(mask.as_ref());
            self.add((GROUP + masked) * self.target.area() + PATH);
        }
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        for glyph in run.glyphs() {
            if self.is_spent() {
                return;
            }
            self.add(GLYPH);
            match &**glyph {
                Glyph::Outline(drawn) => {
                    let outline = *self
                        .outlines
                        .entry(drawn.identifier().cache_key())
                        .or_insert_with(|| Outline::of(&drawn.outline()));
                    self.outline(&props, outline.transformed(glyph.transform()), mode);
                }
                Glyph::Type3(drawn) => {
                    let (transform, place, target) =
                        (props.transform, glyph.transform(), self.target);
                    let run = |inner: &mut Self| {
                        drawn.interpret(inner, transform, place, &props.paint);
                    };
                    self.part(self.unfolded.glyph, 1.0, target, run);
                }
            }
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        if self.is_spent() {
            return;
        }
        let (stream, colours) = match &image {
            Image::Stencil(stencil) => (stencil.stream(), 1.0),
            Image::Raster(raster) => {
                let stream = raster.stream();
                let function = if by_function(stream.dict()) { self.function() } else { 0.0 };
                (stream, 4.0 + function)
            }
        };
        let dict = stream.dict();
        let mask = ["SMask", "Mask"].iter().find_map(|key| dict.get::<Stream<'_>>(*key));
        let bytes = self.inflated(stream) + mask.as_ref().map_or(0.0, |mask| self.inflated(mask));
        self.add(unpacked(stream) * colours + mask.as_ref().map_or(0.0, unpacked));
        self.add(bytes * INFLATED);
        let size = (f64::from(image.width()), f64::from(image.height()));
        let bbox = props.transform.transform_rect_bbox(Rect::new(0.0, 0.0, size.0, size.1));
        let masked = self.mask(props.soft_mask.as_ref());
        self.add(self.covered(bbox) * (PICTURED + masked) + PATH);
    }

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}

/// Steps of unpacking a picture, for each of its colours: its pixels by its dictionary (ISO 32000-1 table 89), or by the data where these
/// say for themselves how many they have.
fn unpacked(stream: &Stream<'_>) -> f64 {
    let dict = stream.dict();
    let side = |long: &[u8], short: &[u8]| {
        f64::from(dict.get::<u32>(long).or_else(|| dict.get::<u32>(short)).unwrap_or(0))
    };
    let (width, height) = (side(b"Width", b"W"), side(b"Height", b"H"));
    let data = stream.raw_data();
    let filters = stream.filters();
    let within = match filters.last() {
        Some(Filter::JpxDecode) => jpeg_2000(&data),
        Some(Filter::Jbig2Decode) => match has_globals(dict) {
            true => f64::INFINITY,
            false => jbig2(&data),
        },
        Some(Filter::CcittFaxDecode) => return UNPACKED * width.max(columns(dict)) * height,
        _ => return UNPACKED * width * height,
    };
    // Packed again in another way, its size is not known beforehand.
    let pixels = if filters.len() > 1 { f64::INFINITY } else { within.max(width * height) };
    PACKED_WELL * pixels
}

/// The parameters of all filters.
fn parameters<'a>(dict: &Dict<'a>) -> Vec<Dict<'a>> {
    let keys = [b"DecodeParms".as_slice(), b"DP"];
    let listed = keys.iter().filter_map(|key| dict.get::<Array<'_>>(*key));
    let listed: Vec<_> = listed.flat_map(|list| list.iter::<Dict<'_>>()).collect();
    keys.iter().filter_map(|key| dict.get::<Dict<'_>>(*key)).chain(listed).collect()
}

/// Pixels in a line of fax data (ISO 32000-1 table 11).
fn columns(dict: &Dict<'_>) -> f64 {
    let told = parameters(dict);
    f64::from(told.iter().filter_map(|p| p.get::<u32>(b"Columns".as_slice())).fold(1728, u32::max))
}

/// Whether JBIG2 data have symbols that stand elsewhere (ISO 32000-1 table 12).
fn has_globals(dict: &Dict<'_>) -> bool {
    parameters(dict).iter().any(|p| p.contains_key(b"JBIG2Globals"))
}

/// Pixels of JPEG 2000 data: the grid of a `SIZ` (ISO/IEC 15444-1 §A.5.1), the largest of what looks like one.
fn jpeg_2000(data: &[u8]) -> f64 {
    let starts = data.windows(4).enumerate().filter(|(_, w)| *w == b"\xFF\x4F\xFF\x51");
    let side = |at| four(data, at).map_or(f64::INFINITY, f64::from);
    starts.map(|(at, _)| side(at + 8) * side(at + 12)).fold(0.0, f64::max)
}

/// Pixels of JBIG2 data: the page and all regions of it (ITU-T T.88 §7.2, §7.4.1, §7.4.8). Symbols, patterns and what is made of them have
/// sizes that stand in the coded data alone, so that they have no end here; nor has data of another shape.
fn jbig2(data: &[u8]) -> f64 {
    if data.starts_with(b"\x97JB2") {
        return f64::INFINITY;
    }
    let (mut at, mut pixels) = (0, 0.0);
    let mut segment = || {
        let number = four(data, at)?;
        let (flags, count) = (*data.get(at + 4)?, *data.get(at + 5)?);
        let (referred, bytes) = match count >> 5 {
            7 => {
                let long = usize::try_from(four(data, at + 5)? & 0x1FFF_FFFF).ok()?;
                (long, 4 + (long + 8) / 8)
            }
            short => (usize::from(short), 1),
        };
        let each = if number <= 256 {
            1
        } else if number <= 65_536 {
            2
        } else {
            4
        };
        let page = if flags & 0x40 == 0 { 1 } else { 4 };
        let body = (at + 5 + bytes).checked_add(referred.checked_mul(each)?)?.checked_add(page)?;
        let length = usize::try_from(four(data, body)?).ok()?;
        let (width, height) = (four(data, body + 4)?, four(data, body + 8)?);
        match flags & 0x3F {
            0..=23 => pixels = f64::INFINITY,
            // A page of unknown height is as high as what stands on it.
            24..=48 if height != u32::MAX => pixels += f64::from(width) * f64::from(height),
            _ => {}
        }
        if length == 0xFFFF_FFFF {
            pixels = f64::INFINITY;
        }
        at = (body + 4).checked_add(length)?;
        Some(())
    };
    while segment().is_some() {}
    pixels
}

fn four(data: &[u8], at: usize) -> Option<u32> {
    let bytes = data.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

/// Whether a function may make a picture's colours, pixel by pixel (ISO 32000-1 §8.6.6.4, §8.6.6.5).
fn by_function(dict: &Dict<'_>) -> bool {
    let space = |key: &[u8]| {
        let named = || dict.get::<Array<'_>>(key)?.iter::<Name<'_>>().next();
        dict.get::<Name<'_>>(key).or_else(named)
    };
    let plain = ["DeviceGray", "DeviceRGB", "DeviceCMYK", "G", "RGB", "CMYK", "ICCBased"];
    let plain = plain.iter().chain(&["CalGray", "CalRGB", "Lab", "Indexed", "I"]);
    space(b"ColorSpace")
        .or_else(|| space(b"CS"))
        .is_some_and(|family| !plain.clone().any(|name| name.as_bytes() == &*family))
}
