//! Classes, fields, methods and parameters, as a source's declarations would say them.

use std::ops::Range;

use super::{FINAL, Lowering, MAX_EITHER, MethodHead, PRIVATE, STATIC, Slot, binding, types};
use crate::detect::facts::{
    BindingKind, Class, ExprId, ExprKind, Function, Param, Scope, ScopeId, ScopeKind,
};

impl Lowering<'_> {
    /// Declares the classes with their fields and methods.
    pub(super) fn declare(&mut self) {
        for index in 0..self.classes.len() {
            let head = self.classes[index].clone();
            let name = types::simple(&head.name).to_owned();
            self.scope = 0;
            let value = self.expr(ExprKind::Class(index));
            let mut declared = binding(name.clone(), 0, 0, BindingKind::Declare);
            declared.value = Some(value);
            declared.constant = true;
            self.facts.bindings.push(declared);
            let scope = self.open(0, ScopeKind::Class(index));
            let bases = head.bases.iter().filter(|base| *base != "java/lang/Object");
            let bases = bases.map(|base| self.class_named(base)).collect();
            self.facts.classes.push(Class { name, scope, bases });
            self.scope = scope;
            for field in &head.fields {
                let value = field
                    .constant
                    .as_ref()
                    .map(|c| self.constant_of(c, &field.descriptor));
                let ty = self.type_named(&field.descriptor);
                let mut declared = binding(field.name.clone(), scope, 0, BindingKind::Field);
                declared.value = value;
                declared.ty = Some(ty);
                declared.constant = field.access & FINAL != 0;
                declared.private = field.access & PRIVATE != 0;
                self.facts.bindings.push(declared);
            }
        }
        self.scope = 0;
    }

    pub(super) fn open(&mut self, parent: ScopeId, kind: ScopeKind) -> ScopeId {
        self.facts.scopes.push(Scope {
            parent: Some(parent),
            kind,
        });
        self.facts.scopes.len() - 1
    }

    /// Opens a method of a class: what the frame holds where it begins, parameters and receiver.
    pub(in crate::detect::binary) fn method(
        &mut self,
        class: usize,
        method: usize,
        span: Range<usize>,
    ) -> Vec<Slot> {
        let Some(head) = self.classes.get(class) else {
            return Vec::new();
        };
        let Some(MethodHead {
            name,
            descriptor,
            access,
            params,
        }) = head.methods.get(method).cloned()
        else {
            return Vec::new();
        };
        let Some(class_scope) = self.facts.classes.get(class).map(|c| c.scope) else {
            return Vec::new();
        };
        self.at = span;
        self.class = class;
        self.typed.clear();
        self.scope = class_scope;
        let index = self.facts.functions.len();
        let called = self.method_name(class, &name, &descriptor);
        let private = access & PRIVATE != 0;
        if name != "<init>" && name != "<clinit>" {
            let value = self.expr(ExprKind::Function(index));
            let mut declared = binding(called.clone(), class_scope, 0, BindingKind::Field);
            declared.value = Some(value);
            declared.constant = true;
            declared.private = private;
            self.facts.bindings.push(declared);
        }
        let scope = self.open(class_scope, ScopeKind::Function(index));
        self.scope = scope;
        let (types, result) = types::signature(&descriptor);
        let mut frame = Vec::new();
        if access & STATIC == 0 {
            let id = self.expr(ExprKind::This);
            frame.push(Slot { id, wide: false });
        }
        let mut declared = Vec::new();
        for (i, ty) in types.iter().enumerate() {
            let told = params.get(i).cloned().flatten();
            let mut name = told.unwrap_or_else(|| format!("arg{i}"));
            if declared.iter().any(|p: &Param| p.name == name) {
                name = format!("arg{i}");
            }
            let named = self.type_named(ty);
            let mut param = binding(name.clone(), scope, self.at.start, BindingKind::Param(i));
            param.ty = Some(named);
            self.facts.bindings.push(param);
            let id = self.expr(ExprKind::Name(name.clone()));
            frame.push(Slot {
                id,
                wide: types::is_wide(ty),
            });
            declared.push(Param {
                name,
                ty: Some(named),
                default: None,
                rest: false,
            });
        }
        let result = (result != "V").then(|| self.type_named(result));
        self.facts.functions.push(Function {
            name: called,
            scope,
            class: Some(class),
            params: declared,
            returns: Vec::new(),
            result,
            private,
        });
        frame
    }

    /// The method gives a value back.
    pub(in crate::detect::binary) fn returns(&mut self, value: ExprId) {
        if let Some(function) = self.facts.functions.last_mut()
            && function.returns.len() < MAX_EITHER
        {
            function.returns.push(value);
        }
    }

    /// What a method is called here: methods of one name are told apart by their parameters.
    pub(super) fn method_name(&self, class: usize, name: &str, descriptor: &str) -> String {
        if name != "<init>" && self.overloaded.contains(&(class, name.to_owned())) {
            format!("{name}{descriptor}")
        } else {
            name.to_owned()
        }
    }
}
