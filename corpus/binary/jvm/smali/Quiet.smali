# Names of algorithms and look-alikes of APIs: nothing of it is cryptography.
.class public Ldemo/Quiet;
.super Ljava/lang/Object;
.source "Quiet.java"

.method look()V
    .registers 2
    .line 1
    const-string v0, "DES/ECB/NoPadding"
    invoke-static {v0}, Ldemo/Cipher;->getInstance(Ljava/lang/String;)Ldemo/Cipher;
    const-class v0, Ljava/security/KeyPairGenerator;
    return-void
.end method
