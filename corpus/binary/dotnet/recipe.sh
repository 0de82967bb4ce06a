#!/bin/sh
# Builds files/ from src/, which holds the labels: what must be found stands in a comment behind the line.
#
# Built with Mono's compiler 6.8.0 (Debian's mono-mcs). It writes a new identifier of the module and a time into each assembly, so that
# building again gives other bytes that say the same.
set -eu
cd "$(dirname "$0")"
rm -rf files
mkdir files

mcs -target:library -out:files/keys.dll src/keys.cs
mcs -target:library -optimize+ -out:files/keys-optimized.dll src/keys.cs
mcs -target:library -out:files/flows.dll src/flows.cs
mcs -target:library -optimize+ -out:files/flows-optimized.dll src/flows.cs
mcs -target:library -out:files/negative.dll src/negative.cs
