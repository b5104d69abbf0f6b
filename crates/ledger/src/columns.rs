//! The log as a Parquet file, for tools that read columns (DuckDB, Polars, Spark), and back.

use std::fs::File;
use std::io::Write;
use std::sync::Arc;

use parquet::column::reader::get_typed_column_reader;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use crate::log::{LogEntry, PAGE};
use crate::{Error, Ledger};

/// One column a field of an entry, in the order of the fields.
const SCHEMA: &str = "message log { required int64 seq; required binary at (STRING); required binary kind (STRING); \
    required binary subject (STRING); required binary fingerprint (STRING); required binary dossier (STRING); \
    required binary body (STRING); }";
/// Entries of a row group: some ten megabytes, which readers hold in memory at once.
const GROUP: usize = 20_000;
/// Columns.
const WIDTH: usize = 7;

fn not_written(e: &ParquetError) -> Error {
    Error::NotWritable { problem: e.to_string() }
}

fn bad(line: u64, problem: impl ToString) -> Error {
    Error::BadExport { line, problem: problem.to_string() }
}

fn write_group<W: Write + Send>(
    mut group: SerializedRowGroupWriter<'_, W>,
    entries: &[LogEntry],
) -> Result<(), ParquetError> {
    let numbers: Vec<i64> =
        entries.iter().map(|e| i64::try_from(e.seq).unwrap_or(i64::MAX)).collect();
    if let Some(mut column) = group.next_column()? {
        column.typed::<Int64Type>().write_batch(&numbers, None, None)?;
        column.close()?;
    }
    let fields: [fn(&LogEntry) -> &str; WIDTH - 1] =
        [|e| &e.at, |e| &e.kind, |e| &e.subject, |e| &e.fingerprint, |e| &e.dossier, |e| &e.body];
    for field in fields {
        let Some(mut column) = group.next_column()? else { break };
        let texts: Vec<ByteArray> = entries.iter().map(|e| ByteArray::from(field(e))).collect();
        column.typed::<ByteArrayType>().write_batch(&texts, None, None)?;
        column.close()?;
    }
    group.close()?;
    Ok(())
}

/// A column of a row group as a whole; every value must be there.
fn column<T: DataType>(
    group: &dyn RowGroupReader,
    index: usize,
    rows: usize,
) -> Result<Vec<T::T>, ParquetError> {
    let mut reader = get_typed_column_reader::<T>(group.get_column_reader(index)?);
    let mut values = Vec::new();
    while values.len() < rows {
        let (read, ..) = reader.read_records(rows - values.len(), None, None, &mut values)?;
        if read == 0 {
            return Err(ParquetError::EOF(format!("column {index} ends early")));
        }
    }
    Ok(values)
}

/// The entries of a row group, the first of which is the entry `first` of the file, counted from 1.
fn read_group(
    file: &SerializedFileReader<File>,
    index: usize,
    first: u64,
) -> Result<Vec<LogEntry>, Error> {
    use parquet::basic::Type;
    let group = file.get_row_group(index).map_err(|e| bad(first, e))?;
    let group = group.as_ref();
    let rows = usize::try_from(group.metadata().num_rows()).map_err(|e| bad(first, e))?;
    for (place, kind) in group.metadata().columns().iter().enumerate() {
        let wanted = if place == 0 { Type::INT64 } else { Type::BYTE_ARRAY };
        let plain = kind.column_descr().max_def_level() == 0;
        if kind.column_type() != wanted || !plain {
            return Err(bad(first, format!("column {place} is of another type")));
        }
    }
    let numbers = column::<Int64Type>(group, 0, rows).map_err(|e| bad(first, e))?;
    let mut texts = Vec::new();
    for place in 1..WIDTH {
        let column = column::<ByteArrayType>(group, place, rows).map_err(|e| bad(first, e))?;
        texts.push(column.into_iter());
    }
    let mut entries = Vec::with_capacity(numbers.len());
    for (line, number) in (first..).zip(numbers) {
        let mut next = texts.iter_mut().map(|column| {
            let value = column.next().unwrap_or_default();
            value.as_utf8().map(str::to_owned).map_err(|e| bad(line, e))
        });
        let mut text = || next.next().unwrap_or_else(|| Err(bad(line, "a column is missing")));
        entries.push(LogEntry {
            seq: u64::try_from(number).map_err(|e| bad(line, e))?,
            at: text()?,
            kind: text()?,
            subject: text()?,
            fingerprint: text()?,
            dossier: text()?,
            body: text()?,
        });
    }
    Ok(entries)
}

impl Ledger {
    /// Writes the whole log as Parquet, a column a field. [`Ledger::import_parquet`] makes the same record of it, to the same root.
    ///
    /// # Errors
    /// [`Error::NotWritable`] when `to` does not take it.
    pub fn export_parquet(&mut self, to: &mut (dyn Write + Send)) -> Result<u64, Error> {
        let schema = parse_message_type(SCHEMA).map_err(|e| not_written(&e))?;
        let properties = Arc::new(WriterProperties::builder().build());
        let mut writer = SerializedFileWriter::new(to, Arc::new(schema), properties)
            .map_err(|e| not_written(&e))?;
        let written = self.read(|session| {
            let mut entries: Vec<LogEntry> = Vec::new();
            let mut next = 0;
            loop {
                let page = session.log(next, u32::try_from(PAGE).unwrap_or(1))?;
                let over = page.is_empty();
                next = page.last().map_or(next, |entry| entry.seq + 1);
                entries.extend(page);
                if entries.len() >= GROUP || (over && !entries.is_empty()) {
                    let group = writer.next_row_group().map_err(|e| not_written(&e))?;
                    write_group(group, &entries).map_err(|e| not_written(&e))?;
                    entries.clear();
                }
                if over {
                    return Ok(next);
                }
            }
        })?;
        writer.close().map_err(|e| not_written(&e))?;
        Ok(written)
    }

    /// Reads a Parquet export into this record, which must be empty; all of it or nothing. Gives the number of entries.
    ///
    /// # Errors
    /// [`Error::BadExport`] with the entry, counted from 1.
    pub fn import_parquet(&mut self, from: File) -> Result<u64, Error> {
        let file = SerializedFileReader::new(from).map_err(|e| bad(1, e))?;
        let columns = file.metadata().file_metadata().schema_descr().num_columns();
        if columns != WIDTH {
            return Err(bad(1, format!("it has {columns} columns, not {WIDTH}")));
        }
        // A row group at a time is in memory.
        let mut first = 1;
        let mut groups = (0..file.num_row_groups()).flat_map(|index| {
            let entries = read_group(&file, index, first);
            first += entries.as_ref().map_or(1, |entries| entries.len() as u64);
            match entries {
                Ok(entries) => entries.into_iter().map(Ok).collect::<Vec<_>>(),
                Err(e) => vec![Err(e)],
            }
        });
        self.import_entries(&mut groups)
    }
}
