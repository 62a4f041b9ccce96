/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "drover-catalogue-private.h"
#include "drover-error.h"
#include "drover-paths.h"

/*
 * A catalogue's file is this header and then the data just as it lies in memory, so that it is
 * mapped and not read. The checksum is for accidents. Against a file that was made to do harm,
 * or by another byte order, GVariant itself guards: it is told not to trust the data, and checks
 * each text and offset when it is looked at.
 */
typedef struct
{
  char magic[8];
  guint32 format; /* in this host's byte order, which is part of the format */
  guint32 header_size;
  guint64 size;
  guint64 checksum;
} Header;

static const char magic[8] = "drovercg";

/* Fast, not secure: eight bytes at a time. */
static guint64
compute_checksum (const guint8 *data, gsize size)
{
  guint64 sum = 0x9e3779b97f4a7c15u ^ size;
  gsize i;

  for (i = 0; i + sizeof (guint64) <= size; i += sizeof (guint64))
    {
      guint64 word;

      memcpy (&word, data + i, sizeof word);
      sum = (sum ^ word) * 0xff51afd7ed558ccdu;
      sum ^= sum >> 32;
    }
  for (; i < size; i++)
    sum = (sum ^ data[i]) * 0xff51afd7ed558ccdu;

  return sum ^ (sum >> 29);
}

static void
append_stat (GString *identity, const char *path)
{
  struct stat info;

  if (stat (path, &info) == 0)
    g_string_append_printf (identity,
                            "%s %" G_GINT64_FORMAT " bytes of %" G_GINT64_FORMAT ".%09ld\n", path,
                            (gint64) info.st_size, (gint64) info.st_mtim.tv_sec,
                            (long) info.st_mtim.tv_nsec);
}

/* QEMU does not tell where its modules are, so all usual places count. */
static void
append_modules (GString *identity, const char *real_path)
{
  g_autofree char *folder = g_path_get_dirname (real_path);
  g_autofree char *prefix = g_path_get_dirname (folder);
  const char *given = g_getenv ("QEMU_MODULE_DIR");
  struct utsname host = { 0 };
  g_autofree char *triplet = NULL;

  uname (&host);
  triplet = g_strdup_printf ("lib/%s-linux-gnu", host.machine);
  if (given != NULL)
    append_stat (identity, given);
  for (guint i = 0; i < 3; i++)
    {
      const char *places[] = { "lib", "lib64", triplet };
      g_autofree char *path = g_build_filename (prefix, places[i], "qemu", NULL);

      append_stat (identity, path);
    }
}

/*
 * _drover_catalogue_dup_identity:
 * @real_path: the program, with symlinks followed
 *
 * Returns: (transfer full): what must still be the same for a catalogue to hold: the program,
 *   and the modules that are installed beside it
 */
char *
_drover_catalogue_dup_identity (const char *real_path)
{
  GString *identity = g_string_new (NULL);
  g_autofree char *raw = NULL;

  append_stat (identity, real_path);
  append_modules (identity, real_path);
  raw = g_string_free_and_steal (identity);
  /* A path may be any bytes; the catalogue's texts are UTF-8. */
  return g_uri_escape_string (raw, " /\n", FALSE);
}

/*
 * _drover_catalogue_dup_file:
 *
 * Returns: (transfer full): where the catalogue of a program is kept
 */
char *
_drover_catalogue_dup_file (const char *real_path)
{
  g_autofree char *folder = drover_paths_dup_cache_dir ();
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, real_path, -1);
  g_autofree char *name = g_strdup_printf ("%.16s.catalogue", sum);

  return g_build_filename (folder, "catalogues", name, NULL);
}

/*
 * _drover_catalogue_pack:
 * @data: of type CATALOGUE_TYPE
 *
 * Returns: (transfer full): the contents of its file
 */
GBytes *
_drover_catalogue_pack (GVariant *data)
{
  const gsize size = g_variant_get_size (data);
  guint8 *contents = g_malloc (sizeof (Header) + size);
  Header header = { .format = CATALOGUE_FORMAT, .header_size = sizeof (Header), .size = size };

  g_variant_store (data, contents + sizeof header);
  memcpy (header.magic, magic, sizeof magic);
  header.checksum = compute_checksum (contents + sizeof header, size);
  memcpy (contents, &header, sizeof header);
  return g_bytes_new_take (contents, sizeof header + size);
}

/* The identity is the first member of each type. */
static GVariant *
unpack_as (GBytes *bytes, const char *type, const char *identity)
{
  gsize size;
  const guint8 *contents = g_bytes_get_data (bytes, &size);
  g_autoptr (GVariant) data = NULL;
  g_autoptr (GVariant) own_identity = NULL;
  g_autoptr (GBytes) body = NULL;
  Header header;

  if (size < sizeof header)
    return NULL;
  memcpy (&header, contents, sizeof header);
  if (memcmp (header.magic, magic, sizeof magic) != 0 || header.format != CATALOGUE_FORMAT ||
      header.header_size != sizeof header || header.size != size - sizeof header ||
      header.checksum != compute_checksum (contents + sizeof header, header.size))
    return NULL;

  body = g_bytes_new_from_bytes (bytes, sizeof header, header.size);
  data = g_variant_ref_sink (
    g_variant_new_from_bytes (G_VARIANT_TYPE (type), body, FALSE));
  own_identity = g_variant_get_child_value (data, CATALOGUE_IDENTITY);
  if (identity != NULL && !g_str_equal (g_variant_get_string (own_identity, NULL), identity))
    return NULL;

  return g_steal_pointer (&data);
}

/*
 * _drover_catalogue_unpack:
 * @bytes: a file's contents, whatever they are
 * @identity: (nullable): what the catalogue must hold for
 *
 * Returns: (transfer full) (nullable): the data; %NULL when it is not whole, is of another
 *   version of Drover, or holds for something else
 */
GVariant *
_drover_catalogue_unpack (GBytes *bytes, const char *identity)
{
  return unpack_as (bytes, CATALOGUE_TYPE, identity);
}

/*
 * _drover_catalogue_map:
 *
 * Returns: (transfer full) (nullable): the data in @file, see _drover_catalogue_unpack()
 */
GVariant *
_drover_catalogue_map (const char *file, const char *identity)
{
  return _drover_catalogue_map_as (file, CATALOGUE_TYPE, identity);
}

/*
 * _drover_catalogue_map_as:
 * @type: another type, whose first member is the identity
 *
 * _drover_catalogue_map() of another kind of data.
 */
GVariant *
_drover_catalogue_map_as (const char *file, const char *type, const char *identity)
{
  g_autoptr (GMappedFile) mapped = g_mapped_file_new (file, FALSE, NULL);
  g_autoptr (GBytes) bytes = NULL;

  if (mapped == NULL)
    return NULL;

  bytes = g_mapped_file_get_bytes (mapped);
  return unpack_as (bytes, type, identity);
}

/*
 * _drover_catalogue_store:
 *
 * @bytes: see _drover_catalogue_pack()
 *
 * Writes a catalogue's file. It appears whole or not at all, also when several do this at once.
 *
 * Returns: whether it was written
 */
gboolean
_drover_catalogue_store (GBytes *bytes, const char *file, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (file);
  gsize size;
  const char *contents = g_bytes_get_data (bytes, &size);

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return drover_set_errno_error (error, _("Cannot make %s"), folder);

  return g_file_set_contents_full (file, contents, size, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                   error);
}
