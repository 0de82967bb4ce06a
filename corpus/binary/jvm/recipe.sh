#!/bin/sh
# Builds files/ from src/ and smali/, which hold the labels: what must be found stands in a comment behind the line.
#
# Built with javac 17.0.15 (Debian's openjdk-17-jdk-headless) and smali 2.5.2 (Debian's libsmali-java; dx and d8 are in no distribution,
# so what they would write is written by hand). Set SMALI to a class path with smali, dexlib2, ANTLR, Guava and JCommander if it
# is not where Debian has it.
set -eu
cd "$(dirname "$0")"
rm -rf files
mkdir -p files/debug files/plain files/builders files/dex

# With lines and names, with texts put together by `invokedynamic`.
javac -g -d files/debug src/demo/*.java
# With nothing of it, and the names of parameters gone.
javac -g:none -d files/plain src/demo/*.java
# With texts put together by StringBuilder, as before Java 9.
javac -g -XDstringConcat=inline -d files/builders src/demo/*.java

(cd files/debug && jar --create --date=2026-01-01T00:00:00Z --no-manifest --file ../demo.jar demo/*.class)

java=/usr/share/java
SMALI=${SMALI:-$java/smali.jar:$java/smali-util.jar:$java/dexlib2.jar:$java/antlr3-runtime.jar:$java/guava.jar:$java/jcommander.jar}
java -cp "$SMALI" org.jf.smali.Main assemble --api 19 -o files/dex/classes.dex smali/*.smali
