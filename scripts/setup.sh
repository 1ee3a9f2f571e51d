#!/usr/bin/env bash
# Install what is missing: Debian packages (as root) and the virtual environment .venv.
# usage: scripts/setup.sh run|test     "test" adds the packages and tools that only the tests need.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:?usage: scripts/setup.sh run|test}

packages=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig
          fonts-morisawa-bizud-gothic fonts-morisawa-bizud-mincho)
requirements=(requirements.txt)
pip=(.venv/bin/python -m pip install --quiet --disable-pip-version-check)
if [ "$kind" = test ]; then
    packages+=(chromium libatomic1 poppler-utils libreoffice-writer-nogui libreoffice-impress-nogui)
    requirements+=(requirements-dev.txt)
    pip+=(--no-compile)  # tests import a part of it: compiling all beforehand takes longer than everything else here
fi
python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
    echo "Python 3.11 以上が必要です（今の python3: $("$python" --version 2>&1 || true)）。PYTHON=… で指定できます。" >&2
    exit 1
}
"$python" -c 'import ensurepip' 2>/dev/null || packages+=(python3-venv)

missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Debian のパッケージを入れます: ${missing[*]}"
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    else
        echo "次の Debian パッケージが足りません: ${missing[*]}" >&2
        echo "管理者に次の実行を依頼してください: apt-get install --no-install-recommends ${missing[*]}" >&2
        exit 1
    fi
fi

[ -x .venv/bin/python ] || "$python" -m venv .venv
for file in "${requirements[@]}"; do
    stamp=.venv/.installed-$file
    if ! cmp -s "$file" "$stamp"; then
        echo "$file のパッケージを .venv に入れます。"
        "${pip[@]}" -r "$file"
        cp "$file" "$stamp"
    fi
done
