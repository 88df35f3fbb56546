"""Takes the documentation's pictures: ``make screenshots``.

The sample class is graded with seed 0 and its pages are made, as an instructor would do it; then a
headless Chromium takes a picture of a student's page and of the class's. Needs Chromium, its driver
and a font with Chinese characters (on Debian and Ubuntu ``chromium``, ``chromium-driver`` and
``fonts-droid-fallback``); the pictures are committed, since not everybody has those.
"""

import io
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from selenium import webdriver

from autograder.draws import PUBLIC_SECRET
from autograder.secret import VARIABLE
from tests.services import CHROMIUM_FLAGS

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
#: The picture's name -> the page in the folder of grades, its height, and whether it is dark.
PICTURES = {
    "class.png": ("index.html", 1000, False),
    "student.png": ("s03-wrong-transpose/index.html", 1480, False),
    "student-dark.png": ("s15-momentum-as-average/index.html", 1480, True),
}
WIDTH, COLOURS = 960, 128


def main() -> int:
    """Grade, make the pages, take the pictures.

    Returns
    -------
    int
        0, or 1 if a program is missing.
    """
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if not browser or not driver:
        print("screenshots: install Chromium and its driver first", file=sys.stderr)
        return 1
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        grades = Path(folder, "grades")
        autograder = [sys.executable, "-m", "autograder", "--lab", str(ROOT / "lab.toml")]
        # Away from the project, where a course would take in the sample class.
        away = {
            "cwd": folder,
            "env": os.environ | {"PYTHONPATH": str(ROOT), VARIABLE: PUBLIC_SECRET.hex()},
            "check": True,
        }
        subprocess.run([*autograder, "grade", "--out", str(grades), "--seed", "0"], **away)
        subprocess.run([*autograder, "pages", str(grades)], **away)
        options = webdriver.ChromeOptions()
        options.binary_location = browser
        for flag in (*CHROMIUM_FLAGS, "--hide-scrollbars", f"--user-data-dir={folder}/profile"):
            options.add_argument(flag)
        window = webdriver.Chrome(options, webdriver.ChromeService(driver))
        try:
            for name, (page, height, dark) in PICTURES.items():
                take(window, grades / page, IMAGES / name, height, dark)
        finally:
            window.quit()
    return 0


def take(window: webdriver.Chrome, page: Path, picture: Path, height: int, dark: bool) -> None:
    """Take a picture of the top of a page, in few colours, so that it stays small."""
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    window.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    size = {"width": WIDTH, "height": height, "deviceScaleFactor": 1.5, "mobile": False}
    window.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    window.get(page.as_uri())
    image = Image.open(io.BytesIO(window.get_screenshot_as_png())).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(picture, optimize=True)
    print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size // 1024} KB")


if __name__ == "__main__":
    sys.exit(main())
