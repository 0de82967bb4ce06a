# A class inside demo/Keys: what it is given comes from the class around it.
.class Ldemo/Keys$Curve;
.super Ljava/lang/Object;
.source "Keys.java"

.method static of(Ljava/lang/String;)V
    .registers 3
    .line 80
    const-string v0, "EC"
    invoke-static {v0}, Ljava/security/KeyPairGenerator;->getInstance(Ljava/lang/String;)Ljava/security/KeyPairGenerator; #~ key EC curve=P-521@caller|… op=keygen
    move-result-object v0
    new-instance v1, Ljava/security/spec/ECGenParameterSpec;
    invoke-direct {v1, p0}, Ljava/security/spec/ECGenParameterSpec;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0, v1}, Ljava/security/KeyPairGenerator;->initialize(Ljava/security/spec/AlgorithmParameterSpec;)V
    return-void
.end method
