# Java key stores: by keytool (JKS, JCEKS, PKCS12) and by Bouncy Castle (BKS, BCFKS)
fresh java
kt() { keytool "$@" >>"$K/log" 2>&1; }
J="-storepass changeit -keypass changeit"
kt -genkeypair -alias server -keyalg RSA -keysize 2048 -sigalg SHA256withRSA -dname CN=jks-server -startdate "2026/01/01 00:00:00" -validity 3650 -storetype JKS -keystore server.jks $J
kt -genkeypair -alias signer -keyalg EC -groupname secp384r1 -sigalg SHA384withECDSA -dname CN=jks-ec -startdate "2026/01/01 00:00:00" -validity 3650 -storetype JKS -keystore ec.keystore $J
kt -genkeypair -alias old -keyalg DSA -keysize 1024 -sigalg SHA1withDSA -dname CN=jks-dsa -startdate "2026/01/01 00:00:00" -validity 3650 -storetype JKS -keystore dsa.ks $J
kt -importcert -noprompt -alias ca -file "$K/root.crt" -storetype JKS -keystore trust.jks -storepass changeit
kt -importcert -noprompt -alias ca2 -file "$K/ecroot.crt" -storetype JKS -keystore trust.jks -storepass changeit
kt -genkeypair -alias server -keyalg EC -groupname secp256r1 -dname CN=jks-locked -startdate "2026/01/01 00:00:00" -validity 3650 -storetype JKS -keystore locked.jks -storepass "correct horse 7" -keypass "correct horse 7"
kt -genkeypair -alias server -keyalg EC -groupname secp256r1 -sigalg SHA256withECDSA -dname CN=jceks-ec -startdate "2026/01/01 00:00:00" -validity 3650 -storetype JCEKS -keystore mixed.jceks $J
kt -genseckey -alias data -keyalg AES -keysize 256 -storetype JCEKS -keystore mixed.jceks $J
kt -importcert -noprompt -alias ca -file "$K/ecroot.crt" -storetype JCEKS -keystore mixed.jceks -storepass changeit
kt -genkeypair -alias server -keyalg EC -groupname secp256r1 -sigalg SHA256withECDSA -dname CN=java-p12 -startdate "2026/01/01 00:00:00" -validity 3650 -storetype PKCS12 -keystore keytool.p12 -storepass changeit
kt -importcert -noprompt -alias ca -file "$K/ecroot.crt" -storetype PKCS12 -keystore keytool-trust.p12 -storepass changeit
kt -genseckey -alias data -keyalg AES -keysize 256 -storetype PKCS12 -keystore keytool-secret.p12 -storepass changeit
kt -genkeypair -alias server -keyalg Ed25519 -dname CN=java-ed25519 -startdate "2026/01/01 00:00:00" -validity 3650 -storetype PKCS12 -keystore keytool-ed25519.p12 -storepass password
kt -exportcert -rfc -alias ca -keystore trust.jks -storepass changeit -file exported.cer
head -c 300 server.jks >truncated.jks
bc=/usr/share/java/bcprov.jar
for t in BKS BCFKS; do
  f=$(echo $t | tr A-Z a-z); rm -f store.$f
  keytool -importkeystore -noprompt -srckeystore keytool.p12 -srcstoretype PKCS12 -srcstorepass changeit -destkeystore store.$f -deststoretype $t -deststorepass changeit \
    -providerclass org.bouncycastle.jce.provider.BouncyCastleProvider -providerpath $bc >>"$K/log" 2>&1
done
keytool -importcert -noprompt -alias ca -file "$K/ecroot.crt" -storetype BKS -keystore trust.bks -storepass "correct horse 7" -providerclass org.bouncycastle.jce.provider.BouncyCastleProvider -providerpath $bc >>"$K/log" 2>&1
