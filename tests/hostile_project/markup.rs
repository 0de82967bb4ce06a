//! Reads HTML as browsers do, and XML.

use std::collections::BTreeSet;

use html5ever::tendril::TendrilSink as _;
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use quick_xml::events::Event;

use super::{around, deceives};

/// What a page consists of.
#[derive(Default)]
struct Page {
    /// Elements, attributes of elements, classes.
    shapes: BTreeSet<String>,
    links: BTreeSet<String>,
    scripts: BTreeSet<String>,
    /// JSON for the script.
    data: Vec<String>,
    styles: BTreeSet<String>,
    /// Everything that is read.
    text: String,
    problems: Vec<String>,
}

/// Whether a text is an address or runs as a program in an attribute of that name.
fn leads(attribute: &str) -> bool {
    [
        "href",
        "src",
        "action",
        "formaction",
        "data",
        "poster",
        "xlink:href",
        "srcset",
        "cite",
    ]
    .contains(&attribute)
}

fn walk(node: &Handle, page: &mut Page) {
    match &node.data {
        NodeData::Element { name, attrs, .. } => {
            let element = name.local.to_string();
            page.shapes.insert(format!("<{element}>"));
            let mut kind = String::new();
            for attribute in attrs.borrow().iter() {
                let key = attribute.name.local.to_string();
                let value = attribute.value.to_string();
                page.shapes.insert(format!("<{element} {key}>"));
                if key.starts_with("on") {
                    page.problems.push(format!("<{element} {key}={value:?}>"))
                }
                match key.as_str() {
                    "class" => page
                        .shapes
                        .extend(value.split_whitespace().map(|c| format!("class {c}"))),
                    "type" => kind = value.clone(),
                    "style" => {
                        page.styles.insert(value.clone());
                    }
                    _ => {}
                }
                if leads(&key) {
                    page.links.insert(value.clone());
                }
                if value.contains(deceives) {
                    page.problems.push(format!("<{element} {key}={value:?}>"))
                }
            }
            let own: String = node.children.borrow().iter().filter_map(text_of).collect();
            match element.as_str() {
                "script" if kind.contains("json") => page.data.push(own),
                "script" => {
                    page.scripts.insert(own);
                }
                "style" => {
                    page.styles.insert(own);
                }
                _ => node
                    .children
                    .borrow()
                    .iter()
                    .for_each(|child| walk(child, page)),
            }
        }
        NodeData::Text { contents } => page.text.push_str(&contents.borrow()),
        NodeData::Comment { contents } if contents.contains("hx") => {
            page.problems.push(format!("a comment {contents:?}"))
        }
        NodeData::ProcessingInstruction { .. } => {
            page.problems.push("a processing instruction".to_owned())
        }
        _ => node
            .children
            .borrow()
            .iter()
            .for_each(|child| walk(child, page)),
    }
}

fn text_of(node: &Handle) -> Option<String> {
    match &node.data {
        NodeData::Text { contents } => Some(contents.borrow().to_string()),
        _ => None,
    }
}

fn page(html: &str) -> Page {
    let dom =
        html5ever::parse_document(RcDom::default(), html5ever::ParseOpts::default()).one(html);
    let mut page = Page::default();
    walk(&dom.document, &mut page);
    page
}

/// A page of which nothing but text is the project's.
pub(crate) fn html(hostile: &str, plain: &str) -> Vec<String> {
    let (mut read, usual) = (page(hostile), page(plain));
    for shape in read.shapes.difference(&usual.shapes) {
        read.problems.push(format!("{shape} is injected"))
    }
    if read.scripts != usual.scripts {
        read.problems.push("another script".to_owned())
    }
    let styles: Vec<&String> = read.styles.difference(&usual.styles).collect();
    for style in styles.into_iter().filter(|s| {
        !s.chars()
            .all(|c| c.is_ascii_alphanumeric() || " .:;%-".contains(c))
    }) {
        read.problems.push(format!("another style: {style:?}"))
    }
    for link in &read.links {
        if !link.starts_with('#') && !link.starts_with("https://") || link.contains(['<', '"', ' '])
        {
            read.problems.push(format!("a link to {link:?}"))
        }
        if link.starts_with("https://")
            && link.contains("example.org")
            && !usual.links.contains(link)
        {
            read.problems.push(format!("a link to {link:?}"))
        }
    }
    // What the script shows is as harmless as what stands there.
    for data in &read.data {
        let json: serde_json::Value = match serde_json::from_str(data) {
            Ok(json) => json,
            Err(error) => {
                read.problems.push(format!("the data is no JSON: {error}"));
                continue;
            }
        };
        let mut all = Vec::new();
        super::strings(&json, "data", &mut all);
        for (path, text) in all {
            if let Some(at) = text.find(|c| deceives(c) && c != '\n') {
                read.problems.push(format!("{path}: {}", around(text, at)))
            }
        }
    }
    for (at, _) in read
        .text
        .match_indices(|c| deceives(c) && c != '\n')
        .take(5)
    {
        read.problems.push(format!(
            "a character that controls: {}",
            around(&read.text, at)
        ))
    }
    // The other way round: the texts are there, as text.
    for mark in [
        "<script>hx00()</script>",
        "\"><img src=x onerror=hx02()>",
        "hx09\u{fffd}yp.txt",
    ] {
        if !read.text.contains(mark) {
            read.problems.push(format!("{mark:?} is not shown"))
        }
    }
    read.problems
}

/// Elements and attributes of XML, which is well-formed and holds no character that XML has not.
pub(crate) fn xml(hostile: &str, plain: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let of_xml = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    if let Some(at) = hostile.find(|c| !of_xml(c)) {
        problems.push(format!(
            "a character that is none of XML: {}",
            around(hostile, at)
        ))
    }
    let mut shapes = |text: &str| -> BTreeSet<String> {
        let mut reader = quick_xml::Reader::from_str(text);
        reader.config_mut().check_end_names = true;
        let mut shapes = BTreeSet::new();
        loop {
            match reader.read_event() {
                Ok(Event::Eof) => break,
                Ok(Event::Start(tag) | Event::Empty(tag)) => {
                    let name = tag.name().as_ref().to_owned();
                    for attribute in tag.attributes() {
                        match attribute {
                            Ok(attribute) => {
                                let key = attribute.key.as_ref().to_owned();
                                shapes.insert(format!("<{name} {key}>"));
                                let value = attribute
                                    .normalized_value(quick_xml::XmlVersion::default())
                                    .map(|v| v.into_owned());
                                match value {
                                    Ok(value) if value.contains(deceives) => {
                                        problems.push(format!("<{name} {key}={value:?}>"))
                                    }
                                    Ok(_) => {}
                                    Err(error) => problems.push(format!("<{name} {key}>: {error}")),
                                }
                            }
                            Err(error) => problems.push(format!("<{name}>: {error}")),
                        }
                    }
                    shapes.insert(format!("<{name}>"));
                }
                Ok(Event::Text(text)) => {
                    let text = text.to_string();
                    if let Some(at) = text.find(|c| deceives(c) && c != '\n') {
                        problems.push(format!("a character that controls: {}", around(&text, at)))
                    }
                }
                Ok(Event::Comment(text)) => problems.push(format!("a comment {:?}", &*text)),
                Ok(Event::PI(_) | Event::DocType(_)) => problems.push("an instruction".to_owned()),
                Ok(_) => {}
                Err(error) => {
                    problems.push(format!("is no XML: {error}"));
                    break;
                }
            }
        }
        shapes
    };
    let (own, usual) = (shapes(hostile), shapes(plain));
    for shape in own.difference(&usual) {
        problems.push(format!("{shape} is injected"))
    }
    problems
}
