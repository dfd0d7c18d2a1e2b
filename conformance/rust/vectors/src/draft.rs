//! Cases without verdicts, and verdicts: the lines that regenerate makes vectors of. README.md of
//! conformance/vectors says what each field means.

use serde_json::{json, Map, Value};
use sha2::{Digest, Sha256};

pub const ACCEPT: &str = "accept";
pub const REFUSE: &str = "refuse";

/// Bytes, some of them many times.
#[derive(Clone, Debug, Default)]
pub struct Pieces(Vec<(String, usize)>);

impl Pieces {
    pub fn raw(bytes: &[u8]) -> Self {
        Pieces(vec![(hex(bytes), 1)])
    }
    pub fn bytes(&self) -> Vec<u8> {
        let one = |(text, times): &(String, usize)| unhex(text).repeat(*times);
        self.0.iter().flat_map(one).collect()
    }
    fn to_json(&self) -> Value {
        match self.0.as_slice() {
            [] => json!(""),
            [(text, 1)] => json!(text),
            all => all
                .iter()
                .map(|(text, times)| match times {
                    1 => json!(text),
                    _ => json!({"hex": text, "times": times}),
                })
                .collect(),
        }
    }
    fn from_json(value: &Value) -> Self {
        let one = |v: &Value| match v {
            Value::String(text) => (text.clone(), 1),
            _ => {
                let text = v["hex"].as_str().unwrap_or_default().to_owned();
                (text, v["times"].as_u64().unwrap_or(1) as usize)
            }
        };
        match value {
            Value::Array(all) => Pieces(all.iter().map(one).collect()),
            single => Pieces(vec![one(single)]),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Step {
    pub from: String,
    pub bytes: Pieces,
}

#[derive(Clone, Debug, Default)]
pub struct Draft {
    pub name: String,
    pub note: String,
    pub spec: String,
    pub says: Option<&'static str>,
    pub source: String,
    pub kept: Option<String>,
    pub kind: String,
    pub context: Map<String, Value>,
    pub text: Option<String>,
    pub bytes: Option<Pieces>,
    pub steps: Vec<Step>,
    pub fault: Option<String>,
}

impl Draft {
    pub fn to_json(&self) -> Value {
        let mut out = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(v) = value {
                out.insert(name.to_owned(), v);
            }
        };
        put("name", Some(json!(self.name)));
        put("note", Some(json!(self.note)));
        put("spec", Some(json!(self.spec)));
        put("says", self.says.map(|s| json!(s)));
        put("source", Some(json!(self.source)));
        put("kept", self.kept.as_ref().map(|k| json!(k)));
        put("kind", Some(json!(self.kind)));
        put(
            "context",
            (!self.context.is_empty()).then(|| json!(self.context)),
        );
        put("text", self.text.as_ref().map(|t| json!(t)));
        put("bytes", self.bytes.as_ref().map(Pieces::to_json));
        put(
            "steps",
            (!self.steps.is_empty()).then(|| steps_json(&self.steps)),
        );
        put("fault", self.fault.as_ref().map(|f| json!(f)));
        Value::Object(out)
    }
    /// What a judge needs of a line.
    pub fn from_json(value: &Value) -> Result<Self, String> {
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        let step = |s: &Value| Step {
            from: s["from"].as_str().unwrap_or_default().to_owned(),
            bytes: Pieces::from_json(&s["bytes"]),
        };
        Ok(Draft {
            name: text("name").ok_or("a line without a name")?,
            kind: text("kind").ok_or("a line without a kind")?,
            context: value["context"].as_object().cloned().unwrap_or_default(),
            text: text("text"),
            bytes: value.get("bytes").map(Pieces::from_json),
            steps: value["steps"]
                .as_array()
                .map(|all| all.iter().map(step).collect())
                .unwrap_or_default(),
            ..Draft::default()
        })
    }
    pub fn input(&self) -> Vec<u8> {
        self.bytes.as_ref().map(Pieces::bytes).unwrap_or_default()
    }
    pub fn context_text(&self, name: &str) -> &str {
        self.context
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
    pub fn context_bytes(&self, name: &str) -> Vec<u8> {
        unhex(self.context_text(name))
    }

    pub fn ruled(mut self, says: &'static str) -> Self {
        self.says = Some(says);
        self
    }
    pub fn citing(mut self, spec: &str) -> Self {
        self.spec = spec.to_owned();
        self
    }
    pub fn keep(mut self, why: &str) -> Self {
        self.kept = Some(why.to_owned());
        self
    }
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.context.insert(name.to_owned(), value.into());
        self
    }
    pub fn fails(mut self, fault: &str) -> Self {
        self.fault = Some(fault.to_owned());
        self
    }
}

fn steps_json(steps: &[Step]) -> Value {
    steps
        .iter()
        .map(|s| json!({"from": s.from, "bytes": s.bytes.to_json()}))
        .collect()
}

/// What cases of one kind share.
pub struct Table {
    pub protocol: &'static str,
    pub kind: &'static str,
    pub spec: &'static str,
    pub source: &'static str,
}

impl Table {
    pub fn case(&self, name: &str, note: &str) -> Draft {
        Draft {
            name: format!("{}/{name}", self.protocol),
            note: note.to_owned(),
            spec: self.spec.to_owned(),
            source: version(self.source),
            kind: self.kind.to_owned(),
            ..Draft::default()
        }
    }
    pub fn good(&self, name: &str, note: &str, bytes: &[u8]) -> Draft {
        let mut d = self.case(name, note);
        d.bytes = Some(Pieces::raw(bytes));
        d
    }
    pub fn bad(&self, name: &str, fault: &str, note: &str, bytes: &[u8]) -> Draft {
        self.good(name, note, bytes).fails(fault)
    }
    pub fn text(&self, name: &str, note: &str, text: &str) -> Draft {
        let mut d = self.case(name, note);
        d.text = Some(text.to_owned());
        d
    }
    pub fn talk(&self, name: &str, note: &str, steps: &[&[u8]]) -> Draft {
        let mut d = self.case(name, note);
        let step = |bytes: &&[u8]| Step {
            from: "peer".to_owned(),
            bytes: Pieces::raw(bytes),
        };
        d.steps = steps.iter().map(step).collect();
        d
    }
}

/// What rust-libp2p says to one case.
#[derive(Debug)]
pub struct Verdict {
    pub library: &'static str,
    pub accepts: bool,
    pub value: Value,
    pub steps: Vec<Step>,
    pub ends: Option<String>,
    pub said: String,
}

impl Verdict {
    pub fn accept(library: &'static str, value: Value) -> Self {
        Verdict {
            library,
            accepts: true,
            value,
            steps: Vec::new(),
            ends: None,
            said: String::new(),
        }
    }
    pub fn refuse(library: &'static str, why: impl ToString) -> Self {
        let said = why.to_string();
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        Verdict {
            accepts: false,
            said: said.chars().take(160).collect(),
            ..Self::accept(library, Value::Null)
        }
    }
    pub fn to_json(&self, name: &str) -> Value {
        let mut out = Map::new();
        out.insert("name".into(), json!(name));
        out.insert("library".into(), json!(version(self.library)));
        out.insert(
            "verdict".into(),
            json!(if self.accepts { ACCEPT } else { REFUSE }),
        );
        if self.accepts && !self.value.is_null() {
            out.insert("value".into(), self.value.clone());
        }
        if !self.steps.is_empty() {
            out.insert("steps".into(), steps_json(&self.steps));
        }
        if let Some(ends) = &self.ends {
            out.insert("ends".into(), json!(ends));
        }
        if !self.said.is_empty() {
            out.insert("said".into(), json!(self.said));
        }
        Value::Object(out)
    }
}

/// A library with the version that Cargo.lock pins.
pub fn version(library: &str) -> String {
    const LOCK: &str = include_str!("../../Cargo.lock");
    let crate_name = match library {
        "rust-libp2p" => "libp2p",
        "rust-multiaddr" => "multiaddr",
        "rust-multihash" => "multihash",
        "rust-yamux" => "yamux",
        other => other,
    };
    let head = format!("name = \"{crate_name}\"\nversion = \"");
    let versions: Vec<&str> = LOCK
        .split(&head)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    match versions.last() {
        Some(v) => format!("{library} {v}"),
        None => library.to_owned(),
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
pub fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    digits
        .chunks(2)
        .map(|pair| {
            let pair = std::str::from_utf8(pair).expect("digits");
            u8::from_str_radix(pair, 16).expect("hexadecimal digits")
        })
        .collect()
}

/// How bytes stand in a value: a hash where they are many.
pub fn hex_of(bytes: &[u8]) -> String {
    if bytes.len() > 1024 {
        return format!("sha256:{}", hex(&Sha256::digest(bytes)));
    }
    hex(bytes)
}
