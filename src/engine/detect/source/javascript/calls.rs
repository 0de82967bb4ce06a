//! Calls: what they hand to callbacks, and what their value is where the language's own functions hand one on.

use tree_sitter::Node;

use super::super::lower::{Builder, named};
use super::declarations::{function, is_function};
use super::expressions::expression;
use super::modules::module_path;
use super::{first, parts};
use crate::detect::facts::{Arg, BindingKind, ExprId, ExprKind};

pub(super) fn argument(b: &mut Builder<'_>, node: Node<'_>) -> Arg {
    if node.kind() != "spread_element" {
        return Builder::arg(expression(b, node));
    }
    let value = match first(node) {
        Some(inner) => expression(b, inner),
        None => b.other("expression", node),
    };
    Arg {
        name: None,
        value,
        spread: true,
    }
}

pub(super) fn call(b: &mut Builder<'_>, node: Node<'_>, callee: ExprId) -> ExprId {
    let list = node.child_by_field_name("arguments");
    let nodes: Vec<_> = match list {
        Some(text) if text.kind() == "template_string" => vec![text],
        Some(list) => parts(list),
        None => Vec::new(),
    };
    note_test(b, node, callee, &nodes);
    let (call, args) = invoke(b, node, callee, &nodes, false);
    outcome(b, node, callee, call, &args)
}

/// Makes the call. Functions written as arguments run after it has begun, so they are lowered once it stands.
pub(super) fn invoke(
    b: &mut Builder<'_>,
    node: Node<'_>,
    callee: ExprId,
    nodes: &[Node<'_>],
    construct: bool,
) -> (ExprId, Vec<Arg>) {
    let mut args: Vec<Arg> = nodes
        .iter()
        .map(|n| {
            if is_function(*n) {
                Builder::arg(callee)
            } else {
                argument(b, *n)
            }
        })
        .collect();
    let id = b.expr(
        ExprKind::Call {
            callee,
            args: Vec::new(),
            construct,
        },
        node.byte_range(),
    );
    for (i, node) in nodes.iter().enumerate().filter(|(_, n)| is_function(**n)) {
        let given = if construct {
            Vec::new()
        } else {
            given(b, id, callee, *node, &args, i)
        };
        let index = function(b, *node, "", &given);
        args[i].value = b.expr(ExprKind::Function(index), node.byte_range());
    }
    if let ExprKind::Call { args: slot, .. } = &mut b.facts.exprs[id].kind {
        slot.clone_from(&args)
    }
    if let ExprKind::Function(called) = b.facts.exprs[callee].kind {
        hand_over(b, called, &args)
    }
    (id, args)
}

/// `(function (root, factory) { … })(this, function (crypto) { … })`: a function called where it is written has these arguments
/// and no others, and a function among them goes by the parameter's name.
fn hand_over(b: &mut Builder<'_>, called: usize, args: &[Arg]) {
    let scope = b.facts.functions[called].scope;
    let names: Vec<String> = b.facts.functions[called]
        .params
        .iter()
        .map(|p| p.name.clone())
        .collect();
    for (name, arg) in names
        .into_iter()
        .zip(args)
        .take_while(|(_, arg)| !arg.spread)
    {
        let parameter = b.facts.bindings.iter().rev().find(|x| {
            x.scope == scope && x.name == name && matches!(x.kind, BindingKind::Param(_))
        });
        let Some(at) = parameter.map(|p| p.at) else {
            continue;
        };
        if let ExprKind::Function(function) = b.facts.exprs[arg.value].kind
            && b.facts.functions[function].name.is_empty()
        {
            b.facts.functions[function].name.clone_from(&name);
        }
        b.bind_in(scope, name, at, Some(arg.value), BindingKind::Declare)
            .private = true;
    }
}

/// What a call is known to hand to the function that is its `i`-th argument.
pub(super) fn given(
    b: &mut Builder<'_>,
    call: ExprId,
    callee: ExprId,
    function: Node<'_>,
    args: &[Arg],
    i: usize,
) -> Vec<Option<ExprId>> {
    let span = function.byte_range();
    match called(b, callee) {
        (Some("then"), Some(of)) if i == 0 => vec![Some(of)],
        (Some("forEach" | "map" | "flatMap" | "filter" | "find" | "some" | "every"), Some(of))
            if i == 0 =>
        {
            vec![Some(b.expr(ExprKind::Element(of), span))]
        }
        // AMD: the functions' parameters are the modules of the list.
        (Some("define" | "require"), None) => {
            let names = args[..i].iter().rev().find_map(|a| {
                if let ExprKind::List(names) = &b.facts.exprs[a.value].kind {
                    Some(names.clone())
                } else {
                    None
                }
            });
            names
                .unwrap_or_default()
                .into_iter()
                .map(|name| {
                    let ExprKind::Str(module) = &b.facts.exprs[name].kind else {
                        return None;
                    };
                    let path = module_path(module);
                    Some(b.expr(ExprKind::Path(path), span.clone()))
                })
                .collect()
        }
        _ if i + 1 == args.len() => results(b, call, function),
        _ => Vec::new(),
    }
}

/// `(err, key) => …` gets the call's result; with several results, each in its place.
pub(super) fn results(
    b: &mut Builder<'_>,
    call: ExprId,
    function: Node<'_>,
) -> Vec<Option<ExprId>> {
    let names: Vec<String> = function
        .child_by_field_name("parameters")
        .map(named)
        .unwrap_or_default()
        .into_iter()
        .map(|n| b.text(n.child_by_field_name("pattern").unwrap_or(n)))
        .collect();
    if !names
        .first()
        .is_some_and(|n| matches!(n.trim_start_matches('_'), "err" | "error" | "er" | "e" | ""))
    {
        return Vec::new();
    }
    let several = names.len() > 2;
    let mut all = vec![None];
    for index in 0..names.len() - 1 {
        all.push(Some(if several {
            b.expr(ExprKind::Item { of: call, index }, function.byte_range())
        } else {
            call
        }));
    }
    all
}

/// The last name of what is called, and what it is called on.
pub(super) fn called<'b>(b: &'b Builder<'_>, callee: ExprId) -> (Option<&'b str>, Option<ExprId>) {
    match &b.facts.exprs[callee].kind {
        ExprKind::Name(name) => (Some(name), None),
        ExprKind::Member { of, name } => (Some(name), Some(*of)),
        _ => (None, None),
    }
}

/// What a call's value is, where the language's own functions hand a value on.
pub(super) fn outcome(
    b: &mut Builder<'_>,
    node: Node<'_>,
    callee: ExprId,
    call: ExprId,
    args: &[Arg],
) -> ExprId {
    let (name, of) = called(b, callee);
    let on = |word: &str| {
        of.is_some_and(|of| matches!(&b.facts.exprs[of].kind, ExprKind::Name(name) if name == word))
    };
    let first = args.first().filter(|a| !a.spread).map(|a| a.value);
    match (name.unwrap_or_default(), of, first) {
        (
            "promisify"
            | "__importDefault"
            | "__importStar"
            | "__toESM"
            | "_interopRequireDefault"
            | "_interopRequireWildcard",
            _,
            Some(value),
        ) => value,
        ("parseInt" | "Number" | "String" | "BigInt", None, Some(value)) => value,
        ("freeze" | "seal", _, Some(value)) if on("Object") => value,
        ("all" | "resolve", _, Some(value)) if on("Promise") => value,
        ("assign", _, Some(_)) if on("Object") => {
            let fields = args.iter().map(|a| (None, a.value)).collect();
            b.expr(ExprKind::Object { ty: None, fields }, node.byte_range())
        }
        ("alloc" | "allocUnsafe" | "from", _, Some(_)) if on("Buffer") || on("Uint8Array") => {
            bytes(b, node, args).unwrap_or(call)
        }
        ("bind", Some(of), _) if args.len() <= 1 => of,
        ("call", Some(of), Some(_)) => {
            let args = args[1..].to_vec();
            b.expr(
                ExprKind::Call {
                    callee: of,
                    args,
                    construct: false,
                },
                node.byte_range(),
            )
        }
        ("apply", Some(of), Some(_)) if args.len() == 2 => {
            let args = vec![Arg {
                name: None,
                value: args[1].value,
                spread: true,
            }];
            b.expr(
                ExprKind::Call {
                    callee: of,
                    args,
                    construct: false,
                },
                node.byte_range(),
            )
        }
        ("then", Some(_), Some(value)) => match b.facts.exprs[value].kind {
            ExprKind::Function(index) => returned(b, index, node).unwrap_or(call),
            _ => call,
        },
        ("catch" | "finally", Some(of), _) => of,
        _ => call,
    }
}

/// What a function gives back, as one value.
pub(super) fn returned(b: &mut Builder<'_>, function: usize, node: Node<'_>) -> Option<ExprId> {
    match b.facts.functions[function].returns[..] {
        [] => None,
        [only] => Some(only),
        _ => {
            let all = b.facts.functions[function].returns.clone();
            Some(b.expr(ExprKind::OneOf(all), node.byte_range()))
        }
    }
}

pub(super) fn construct(b: &mut Builder<'_>, node: Node<'_>) -> ExprId {
    let Some(class) = node.child_by_field_name("constructor") else {
        return b.other("expression", node);
    };
    let callee = expression(b, class);
    let nodes: Vec<_> = node
        .child_by_field_name("arguments")
        .map(parts)
        .unwrap_or_default();
    let before = b.facts.exprs.len();
    let (id, args) = invoke(b, node, callee, &nodes, true);
    match called(b, callee) {
        (Some("Promise"), None) => resolved(b, node, &args, before).unwrap_or(id),
        (Some("Uint8Array"), None) => bytes(b, node, &args).unwrap_or(id),
        _ => id,
    }
}

/// The value of `new Promise((resolve) => …)`: what `resolve` is called with.
pub(super) fn resolved(
    b: &mut Builder<'_>,
    node: Node<'_>,
    args: &[Arg],
    since: usize,
) -> Option<ExprId> {
    let ExprKind::Function(index) = b.facts.exprs[args.first()?.value].kind else {
        return None;
    };
    let resolve = &b.facts.functions[index].params.first()?.name;
    let values: Vec<ExprId> = b.facts.exprs[since..].iter().filter_map(|e| match &e.kind {
        ExprKind::Call { callee, args, .. } if matches!(&b.facts.exprs[*callee].kind, ExprKind::Name(name) if name == resolve) => args.first().map(|a| a.value),
        _ => None,
    }).collect();
    match values[..] {
        [] => None,
        [only] => Some(only),
        _ => Some(b.expr(ExprKind::OneOf(values), node.byte_range())),
    }
}

/// Bytes whose number the code says: `Buffer.alloc(16)`, `new Uint8Array([1, 2])`, `Buffer.from('00ff', 'hex')`.
pub(super) fn bytes(b: &mut Builder<'_>, node: Node<'_>, args: &[Arg]) -> Option<ExprId> {
    let kind = |arg: &Arg| &b.facts.exprs[arg.value].kind;
    let length = match (kind(args.first()?), args.get(1).map(kind)) {
        (ExprKind::Int(n), _) => u64::try_from(*n).ok()?,
        (ExprKind::List(items), None)
            if items
                .iter()
                .all(|i| matches!(b.facts.exprs[*i].kind, ExprKind::Int(_))) =>
        {
            items.len() as u64
        }
        (ExprKind::Str(text), Some(ExprKind::Str(encoding))) => match encoding.as_str() {
            "hex" => text.len() as u64 / 2,
            "base64" | "base64url" => text.trim_end_matches('=').len() as u64 * 3 / 4,
            "utf8" | "utf-8" | "ascii" | "latin1" | "binary" => text.len() as u64,
            _ => return None,
        },
        (ExprKind::Str(text), None) => text.len() as u64,
        _ => return None,
    };
    Some(b.expr(ExprKind::Bytes(length), node.byte_range()))
}

/// `describe('…', () => …)`, `it`, `test`, `Deno.test`: the whole call is test code.
pub(super) fn note_test(b: &mut Builder<'_>, node: Node<'_>, callee: ExprId, args: &[Node<'_>]) {
    let names_and_runs = args
        .first()
        .is_some_and(|n| matches!(n.kind(), "string" | "template_string"))
        && args.iter().any(|n| is_function(*n));
    if !names_and_runs {
        return;
    }
    let runner = match &b.facts.exprs[callee].kind {
        ExprKind::Member { of, name } => match &b.facts.exprs[*of].kind {
            ExprKind::Name(of)
                if matches!(name.as_str(), "only" | "skip" | "concurrent" | "test") =>
            {
                of
            }
            _ => return,
        },
        ExprKind::Name(name) => name,
        _ => return,
    };
    let known = matches!(
        runner.as_str(),
        "describe" | "it" | "test" | "suite" | "specify" | "context" | "Deno"
    );
    let inside = b
        .facts
        .tests
        .last()
        .is_some_and(|t| t.end >= node.end_byte());
    if known && !inside {
        b.facts.tests.push(node.byte_range())
    }
}
