# JSON Web Keys
fresh jose
"$PY" "$here/parts/jose.py"
