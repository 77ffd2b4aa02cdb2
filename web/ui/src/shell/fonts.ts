/** The bundled face for devices without a CJK font of their own; split by unicode-range, so a page loads only what it shows. */
import '@fontsource-variable/noto-sans-sc/index.css'
