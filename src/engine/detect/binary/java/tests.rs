//! Values that are followed, and where that ends.

use super::{Callee, ClassHead, Constant, Lowering, MethodHead, STATIC};
use crate::detect::facts::{ExprId, ExprKind};
use crate::knowledge::rules::Rules;

const BUILDER: &str = "java/lang/StringBuilder";

/// Lowers a piece of a method and shows the value that it ends with.
fn shown(piece: impl FnOnce(&mut Lowering<'_>) -> ExprId) -> String {
    let rules = Rules::default();
    let method = MethodHead {
        name: "run".to_owned(),
        descriptor: "()V".to_owned(),
        access: STATIC,
        params: Vec::new(),
    };
    let class = ClassHead {
        name: "demo/Keys".to_owned(),
        methods: vec![method],
        ..ClassHead::default()
    };
    let mut l = Lowering::new(&rules, vec![class]);
    l.method(0, 0, 0..0);
    let value = piece(&mut l);
    show(&l, value)
}

fn show(l: &Lowering<'_>, id: ExprId) -> String {
    let list = |ids: &[ExprId]| ids.iter().map(|id| show(l, *id)).collect::<Vec<_>>();
    match &l.facts.exprs[id].kind {
        ExprKind::Str(text) => text.clone(),
        ExprKind::Int(number) => number.to_string(),
        ExprKind::Concat(parts) => list(parts).concat(),
        ExprKind::OneOf(all) => list(all).join("|"),
        ExprKind::List(items) => format!("[{}]", list(items).join(", ")),
        ExprKind::Member { name, .. } => name.clone(),
        ExprKind::Other(_) => "?".to_owned(),
        other => format!("{other:?}"),
    }
}

fn text(l: &mut Lowering<'_>, text: &str) -> ExprId {
    l.constant(&Constant::Text(text.to_owned()))
}

fn invoke(
    l: &mut Lowering<'_>,
    of: ExprId,
    class: &str,
    name: &str,
    descriptor: &str,
    args: Vec<ExprId>,
) -> ExprId {
    let callee = Callee {
        class,
        name,
        descriptor,
        special: name == "<init>",
    };
    let invoked = l.invoke(callee, Some(of), args);
    let value = invoked.value.map(|slot| slot.id);
    value.or(invoked.change.map(|(_, to)| to)).unwrap_or(of)
}

fn builder(l: &mut Lowering<'_>, first: &str) -> ExprId {
    let (object, first) = (l.new_object(BUILDER), text(l, first));
    invoke(
        l,
        object,
        BUILDER,
        "<init>",
        "(Ljava/lang/String;)V",
        vec![first],
    )
}

fn append(l: &mut Lowering<'_>, of: ExprId, more: &str) -> ExprId {
    let more = text(l, more);
    let descriptor = "(Ljava/lang/String;)Ljava/lang/StringBuilder;";
    invoke(l, of, BUILDER, "append", descriptor, vec![more])
}

fn to_string(l: &mut Lowering<'_>, of: ExprId) -> ExprId {
    invoke(
        l,
        of,
        BUILDER,
        "toString",
        "()Ljava/lang/String;",
        Vec::new(),
    )
}

#[test]
fn a_text_grows() {
    let grown = shown(|l| {
        let made = builder(l, "AES/");
        let grown = append(l, made, "GCM");
        to_string(l, grown)
    });
    assert_eq!(grown, "AES/GCM");
}

#[test]
fn a_text_grows_on_each_of_the_ways_that_met() {
    let grown = shown(|l| {
        let made = builder(l, "AES/");
        let (one, other) = (append(l, made, "GCM"), append(l, made, "CBC"));
        let either = l.either(one, other);
        append(l, either, "/NoPadding")
    });
    assert_eq!(grown, "AES/GCM/NoPadding|AES/CBC/NoPadding");
}

#[test]
fn a_text_that_other_code_was_given_is_unknown() {
    let grown = shown(|l| {
        let made = builder(l, "AES");
        let descriptor = "(Ljava/lang/StringBuilder;)V";
        let callee = Callee {
            class: "demo/Modes",
            name: "add",
            descriptor,
            special: false,
        };
        l.invoke(callee, None, vec![made]);
        to_string(l, made)
    });
    assert_eq!(grown, "?");
}

#[test]
fn a_text_that_grows_in_a_loop_is_unknown() {
    let grown = shown(|l| {
        let made = builder(l, "AES");
        let head = l.head_of_loop(made);
        append(l, head, "/GCM")
    });
    assert_eq!(grown, "?");
}

#[test]
fn a_loop_that_changes_nothing_ends_with_what_it_began_with() {
    let settled = shown(|l| {
        let first = text(l, "RSA");
        let (outer, other) = (l.head_of_loop(first), text(l, "EC"));
        let inner = l.head_of_loop(outer);
        let either = l.either(inner, other);
        l.may_be(inner, either);
        l.may_be(outer, inner);
        l.settle(outer);
        outer
    });
    assert_eq!(settled, "RSA|EC");
}

#[test]
fn an_array_is_a_list_while_it_is_filled_from_its_first_element_on() {
    let filled = |order: &'static [i128]| {
        shown(move |l| {
            let length = l.int(3);
            let array = l.new_array("Ljava/lang/String;", length);
            for index in order {
                let (value, index) = (text(l, "a"), l.int(*index));
                l.put_element(array, index, value);
            }
            array
        })
    };
    assert_eq!(filled(&[0, 1, 2]), "[a, a, a]");
    assert_eq!(filled(&[0, 2]), "?");
}

#[test]
fn one_of_several_copied_constants_has_its_name_back() {
    let known = crate::knowledge::Knowledge::load(&[]).unwrap();
    let mut l = Lowering::new(&known.rules, Vec::new());
    let (one, other) = (l.int(1), l.int(2));
    let mode = l.either(one, other);
    let callee = Callee {
        class: "javax/crypto/Cipher",
        name: "init",
        descriptor: "(ILjava/security/Key;)V",
        special: false,
    };
    let key = l.unknown("key");
    l.invoke(callee, Some(key), vec![mode, key]);
    let Some(ExprKind::Call { args, .. }) = l.facts.exprs.last().map(|e| e.kind.clone()) else {
        panic!("a call");
    };
    // A declared type may stand around it.
    let declared = l.facts.bindings.iter().filter_map(|b| b.value);
    let values: Vec<String> = declared
        .chain([args[0].value])
        .map(|id| show(&l, id))
        .collect();
    assert!(
        values.iter().any(|v| v == "ENCRYPT_MODE|DECRYPT_MODE"),
        "{values:?}"
    );
}
