/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "drover-dex.h"
#include "drover-error.h"
#include "drover-run-screenshot.h"

typedef struct
{
  DroverRun *run;
  char *path;
  char *device; /* (nullable) */
  int head;
} Shot;

static void
shot_free (gpointer data)
{
  Shot *shot = data;

  g_object_unref (shot->run);
  g_free (shot->path);
  g_free (shot->device);
  g_free (shot);
}

/* A PNG file, for a QEMU that was built without */

static guint32
update_crc (guint32 crc, const guint8 *data, gsize length)
{
  for (gsize i = 0; i < length; i++)
    {
      crc ^= data[i];
      for (guint bit = 0; bit < 8; bit++)
        crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320u : 0);
    }

  return crc;
}

static void
append_number (GByteArray *bytes, guint32 number)
{
  const guint32 swapped = GUINT32_TO_BE (number);

  g_byte_array_append (bytes, (const guint8 *) &swapped, sizeof swapped);
}

static void
append_chunk (GByteArray *png, const char *type, const guint8 *data, gsize length)
{
  guint32 crc = update_crc (0xffffffffu, (const guint8 *) type, 4);

  append_number (png, length);
  g_byte_array_append (png, (const guint8 *) type, 4);
  g_byte_array_append (png, data, length);
  append_number (png, update_crc (crc, data, length) ^ 0xffffffffu);
}

/* The number at @position, which moves behind it and the one space that follows. */
static gboolean
take_number (const char *text, gsize length, gsize *position, guint *number)
{
  gsize digits = 0;

  *number = 0;
  while (*position < length && g_ascii_isspace (text[*position]))
    ++*position;
  while (*position < length && g_ascii_isdigit (text[*position]) && digits++ < 6)
    *number = *number * 10 + g_ascii_digit_value (text[(*position)++]);

  return digits > 0 && *position < length && g_ascii_isspace (text[(*position)++]);
}

static GBytes *
compress_rows (const guint8 *pixels, guint width, guint height, GError **error)
{
  g_autoptr (GZlibCompressor) compressor =
    g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB, -1);
  g_autoptr (GByteArray) rows = g_byte_array_sized_new ((gsize) height * (width * 3 + 1));
  g_autoptr (GBytes) bytes = NULL;

  for (guint i = 0; i < height; i++)
    {
      /* No filter. */
      g_byte_array_append (rows, (const guint8 *) "", 1);
      g_byte_array_append (rows, pixels + (gsize) i * width * 3, width * 3);
    }

  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&rows));
  return g_converter_convert_bytes (G_CONVERTER (compressor), bytes, error);
}

/**
 * drover_png_from_ppm:
 * @ppm: a binary PPM image (`P6`), as `screendump` writes it
 *
 * Returns: (transfer full) (nullable): the same as PNG
 */
GBytes *
drover_png_from_ppm (GBytes *ppm, GError **error)
{
  gsize length;
  const char *data = g_bytes_get_data (ppm, &length);
  gsize position = 2;
  guint width;
  guint height;
  guint depth;
  g_autoptr (GBytes) rows = NULL;
  g_autoptr (GByteArray) header = NULL;
  g_autoptr (GByteArray) png = NULL;

  if (length < 2 || memcmp (data, "P6", 2) != 0 || !take_number (data, length, &position, &width) ||
      !take_number (data, length, &position, &height) ||
      !take_number (data, length, &position, &depth) || depth != 255 || width == 0 ||
      height == 0 || (length - position) / 3 / width < height)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("QEMU’s picture is no PPM file"));
      return NULL;
    }

  rows = compress_rows ((const guint8 *) data + position, width, height, error);
  if (rows == NULL)
    return NULL;

  header = g_byte_array_new ();
  append_number (header, width);
  append_number (header, height);
  /* 8 bits a colour, red, green and blue. */
  g_byte_array_append (header, (const guint8 *) "\x08\x02\x00\x00\x00", 5);

  png = g_byte_array_new ();
  g_byte_array_append (png, (const guint8 *) "\x89PNG\r\n\x1a\n", 8);
  append_chunk (png, "IHDR", header->data, header->len);
  append_chunk (png, "IDAT", g_bytes_get_data (rows, NULL), g_bytes_get_size (rows));
  append_chunk (png, "IEND", NULL, 0);
  return g_byte_array_free_to_bytes (g_steal_pointer (&png));
}

static gboolean
dump (Shot *shot, const char *path, const char *format, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  DroverQmp *qmp = drover_run_get_qmp (shot->run);

  if (qmp == NULL)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE, _("The machine is not running"));
      return FALSE;
    }

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "filename");
  json_builder_add_string_value (builder, path);
  json_builder_set_member_name (builder, "format");
  json_builder_add_string_value (builder, format);
  if (shot->device != NULL)
    {
      json_builder_set_member_name (builder, "device");
      json_builder_add_string_value (builder, shot->device);
      json_builder_set_member_name (builder, "head");
      json_builder_add_int_value (builder, shot->head);
    }
  json_builder_end_object (builder);
  return dex_await (drover_qmp_execute (qmp, "screendump", json_builder_get_root (builder)),
                    error);
}

static gboolean
dump_and_convert (Shot *shot, GError **error)
{
  g_autofree char *ppm_path = g_strconcat (shot->path, ".ppm", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GBytes) ppm = NULL;
  g_autoptr (GBytes) png = NULL;
  gsize length;

  if (!dump (shot, ppm_path, "ppm", error) ||
      !g_file_get_contents (ppm_path, &text, &length, error))
    return FALSE;

  g_unlink (ppm_path);
  ppm = g_bytes_new_take (g_steal_pointer (&text), length);
  png = drover_png_from_ppm (ppm, error);
  return png != NULL && g_file_set_contents_full (shot->path, g_bytes_get_data (png, NULL),
                                                  g_bytes_get_size (png),
                                                  G_FILE_SET_CONTENTS_CONSISTENT, 0666, error);
}

static DexFuture *
shoot_fiber (gpointer user_data)
{
  Shot *shot = user_data;
  g_autoptr (GError) error = NULL;
  gboolean done = dump (shot, shot->path, "png", &error);

  /* “Enable PNG support with libpng for screendump” */
  if (!done && strstr (error->message, "libpng") != NULL)
    {
      g_clear_error (&error);
      done = dump_and_convert (shot, &error);
    }

  return done ? dex_future_new_true () : dex_future_new_for_error (g_steal_pointer (&error));
}

/**
 * drover_run_screenshot:
 * @path: of a PNG file; QEMU writes it
 * @device: (nullable): the id of the graphics device; %NULL for the first
 * @head: which of its screens
 *
 * Takes a picture of the guest's screen (`screendump`).
 *
 * Returns: (transfer full): a future that is resolved when it is written
 */
DexFuture *
drover_run_screenshot (DroverRun *self, const char *path, const char *device, int head)
{
  Shot *shot;

  dex_return_error_if_fail (DROVER_IS_RUN (self));

  shot = g_new0 (Shot, 1);
  shot->run = g_object_ref (self);
  shot->path = g_canonicalize_filename (path, NULL);
  shot->device = g_strdup (device);
  shot->head = head;
  return drover_dex_spawn (shoot_fiber, shot, shot_free);
}
