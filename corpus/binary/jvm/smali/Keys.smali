# What a compiler for Android makes of a class like src/demo/Keys.java; the labels stand behind the lines.
.class public Ldemo/Keys;
.super Ljava/lang/Object;
.source "Keys.java"

.field private static final CURVE:Ljava/lang/String; = "secp384r1"

.field private final signing:Ljava/lang/String;

.method public constructor <init>()V
    .registers 2
    const-string v0, "SHA512withRSA"
    invoke-direct {p0, v0}, Ldemo/Keys;-><init>(Ljava/lang/String;)V
    return-void
.end method

.method private constructor <init>(Ljava/lang/String;)V
    .registers 2
    .param p1, "signing"
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Ldemo/Keys;->signing:Ljava/lang/String;
    return-void
.end method

.method throughAConstant()Ljava/security/KeyPair;
    .registers 3
    .line 10
    const-string v0, "RSA"
    invoke-static {v0}, Ljava/security/KeyPairGenerator;->getInstance(Ljava/lang/String;)Ljava/security/KeyPairGenerator; #~ key RSA key_bits=2048 op=keygen
    move-result-object v0
    .line 11
    const/16 v1, 0x800
    invoke-virtual {v0, v1}, Ljava/security/KeyPairGenerator;->initialize(I)V
    invoke-virtual {v0}, Ljava/security/KeyPairGenerator;->generateKeyPair()Ljava/security/KeyPair;
    move-result-object v0
    return-object v0
.end method

.method throughAField([B)[B
    .registers 4
    .param p1, "text"
    .line 20
    iget-object v0, p0, Ldemo/Keys;->signing:Ljava/lang/String;
    invoke-static {v0}, Ljava/security/Signature;->getInstance(Ljava/lang/String;)Ljava/security/Signature; #~ algorithm RSASSA-PKCS1@caller digest=SHA-512@caller key_bits=2048 op=sign padding=PKCS1v15@caller
    move-result-object v0
    .line 21
    invoke-virtual {p0}, Ldemo/Keys;->throughAConstant()Ljava/security/KeyPair;
    move-result-object v1
    invoke-virtual {v1}, Ljava/security/KeyPair;->getPrivate()Ljava/security/PrivateKey;
    move-result-object v1
    invoke-virtual {v0, v1}, Ljava/security/Signature;->initSign(Ljava/security/PrivateKey;)V
    invoke-virtual {v0}, Ljava/security/Signature;->sign()[B
    move-result-object v0
    return-object v0
.end method

.method aLargeCurve()V
    .registers 2
    const-string v0, "secp521r1"
    invoke-static {v0}, Ldemo/Keys$Curve;->of(Ljava/lang/String;)V
    return-void
.end method

.method aCurve()V
    .registers 4
    .line 30
    const-string v0, "EC"
    invoke-static {v0}, Ljava/security/KeyPairGenerator;->getInstance(Ljava/lang/String;)Ljava/security/KeyPairGenerator; #~ key EC curve=P-384 op=keygen
    move-result-object v0
    new-instance v1, Ljava/security/spec/ECGenParameterSpec;
    sget-object v2, Ldemo/Keys;->CURVE:Ljava/lang/String;
    invoke-direct {v1, v2}, Ljava/security/spec/ECGenParameterSpec;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0, v1}, Ljava/security/KeyPairGenerator;->initialize(Ljava/security/spec/AlgorithmParameterSpec;)V
    return-void
.end method

.method putTogether(ZLjavax/crypto/SecretKey;[B)[B
    .registers 8
    .line 40
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V
    const-string v1, "AES/"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    if-eqz p1, :cbc
    const-string v1, "GCM"
    goto :both
    :cbc
    const-string v1, "CBC"
    :both
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v1, "/NoPadding"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    .line 41
    :try_start
    invoke-static {v0}, Ljavax/crypto/Cipher;->getInstance(Ljava/lang/String;)Ljavax/crypto/Cipher; #~ algorithm AES mode=CBC|GCM op=encrypt padding=none
    move-result-object v2
    const/4 v3, 0x1
    invoke-virtual {v2, v3, p2}, Ljavax/crypto/Cipher;->init(ILjava/security/Key;)V
    invoke-virtual {v2, p3}, Ljavax/crypto/Cipher;->doFinal([B)[B
    move-result-object v0
    :try_end
    .catchall {:try_start .. :try_end} :finally
    .line 42
    const-string v1, "SHA-256"
    invoke-static {v1}, Ljava/security/MessageDigest;->getInstance(Ljava/lang/String;)Ljava/security/MessageDigest; #~ algorithm SHA-256 op=digest
    return-object v0
    :finally
    move-exception v0
    .line 42
    const-string v1, "SHA-256"
    invoke-static {v1}, Ljava/security/MessageDigest;->getInstance(Ljava/lang/String;)Ljava/security/MessageDigest;
    throw v0
.end method

.method again(I)V
    .registers 4
    const-string v0, "DSA"
    const/4 v1, 0x0
    :loop
    if-ge v1, p1, :done
    .line 50
    invoke-static {v0}, Ljava/security/KeyPairGenerator;->getInstance(Ljava/lang/String;)Ljava/security/KeyPairGenerator; #~ key DSA|RSA op=keygen
    const-string v0, "RSA"
    add-int/lit8 v1, v1, 0x1
    goto :loop
    :done
    return-void
.end method

.method protocols(Ljavax/net/ssl/SSLEngine;)V
    .registers 6
    .param p1, "engine"
    .line 60
    const/4 v0, 0x2
    new-array v0, v0, [Ljava/lang/String;
    const/4 v1, 0x0
    const-string v2, "TLSv1.2"
    aput-object v2, v0, v1
    const/4 v1, 0x1
    const-string v2, "TLSv1.3"
    aput-object v2, v0, v1
    invoke-virtual {p1, v0}, Ljavax/net/ssl/SSLEngine;->setEnabledProtocols([Ljava/lang/String;)V #~ protocol TLS max_version=TLS1.3 min_version=TLS1.2
    .line 61
    const-string v0, "TLSv1.2"
    const-string v1, "TLSv1.3"
    filled-new-array {v0, v1}, [Ljava/lang/String;
    move-result-object v0
    invoke-virtual {p1, v0}, Ljavax/net/ssl/SSLEngine;->setEnabledProtocols([Ljava/lang/String;)V #~ protocol TLS max_version=TLS1.3 min_version=TLS1.2
    return-void
.end method

.method notHere(Ljava/lang/String;JI)V
    .registers 7
    .param p1, "algorithm"
    .param p4, "bits"
    .line 70
    invoke-static/range {p1 .. p1}, Ljava/security/KeyPairGenerator;->getInstance(Ljava/lang/String;)Ljava/security/KeyPairGenerator; #~ key algorithm=?parameter(algorithm) key_bits=?parameter(bits) op=keygen
    move-result-object v0
    invoke-virtual {v0, p4}, Ljava/security/KeyPairGenerator;->initialize(I)V
    return-void
.end method
