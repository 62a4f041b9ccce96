/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "drover-fields.h"
#include "drover-image-backing.h"
#include "drover-image-format.h"
#include "drover-image-use.h"

/* Which files a machine's arguments make QEMU open as disks, and how. A node of -blockdev may stand
 * on others, by name or spelled out within it; below an image may be the ones that its header names.
 * Those below an image are only read. */

/* As deep as chains are followed; one that goes round has no end. */
#define MAX_DEPTH 32

typedef struct
{
  GPtrArray *fields;
  const char *directory;
  gboolean snapshot; /* `-snapshot`: nothing of -drive is written to */
  GPtrArray *uses;
} Reader;

static void
use_free (gpointer data)
{
  DroverImageUse *use = data;

  g_free (use->path);
  g_free (use);
}

static void
add_use (Reader *reader, const char *path, gboolean writes, gboolean shares)
{
  DroverImageUse *use;

  /* QEMU cannot write to it either, and then opens it for reading or says so. */
  writes = writes && g_access (path, W_OK) == 0;
  for (guint i = 0; i < reader->uses->len; i++)
    {
      use = reader->uses->pdata[i];
      if (g_str_equal (use->path, path) && use->writes == writes)
        return;
    }

  use = g_new0 (DroverImageUse, 1);
  use->path = g_strdup (path);
  use->writes = writes;
  use->shares = shares;
  g_ptr_array_add (reader->uses, use);
}

/* `file:` may stand before a path; any other protocol is no file of this host. */
static char *
dup_path (const char *name, const char *directory)
{
  if (g_str_has_prefix (name, "file:"))
    name += strlen ("file:");
  else if (g_str_has_prefix (name, "fat:") || drover_image_has_protocol (name))
    return NULL;

  return g_canonicalize_filename (name, directory);
}

static void
add_chain (Reader *reader, const char *path)
{
  g_autofree char *at = g_strdup (path);
  gboolean is_raw = FALSE;

  for (guint i = 0; i < MAX_DEPTH && !is_raw; i++)
    {
      g_autofree char *name = _drover_image_dup_backing (at, &is_raw);
      g_autofree char *folder = g_path_get_dirname (at);
      char *below = name != NULL ? dup_path (name, folder) : NULL;

      if (below == NULL)
        return;
      add_use (reader, below, FALSE, FALSE);
      g_free (at);
      at = below;
    }
}

static const char *
get (const DroverFields *fields, const char *prefix, const char *key)
{
  g_autofree char *whole = g_strconcat (prefix, key, NULL);

  return drover_fields_get (fields, whole);
}

static gboolean
is (const DroverFields *fields, const char *prefix, const char *key, const char *value)
{
  return g_strcmp0 (get (fields, prefix, key), value) == 0;
}

static const DroverFields *
find_node (Reader *reader, const char *name)
{
  for (guint i = 0; i < reader->fields->len; i++)
    {
      const DroverFields *fields = reader->fields->pdata[i];

      if (fields->enabled && drover_fields_are (fields, "blockdev") &&
          is (fields, "", "node-name", name))
        return fields;
    }

  return NULL;
}

static gboolean
is_file_driver (const char *driver)
{
  static const char *const drivers[] = { "file", "host_device", "host_cdrom", NULL };

  return g_strv_contains (drivers, driver);
}

static char *read_node (Reader *reader, const DroverFields *fields, const char *prefix,
                        gboolean writes, gboolean shares, guint depth);

/* The node that @key of another one names, or spells out. */
static char *
read_child (Reader *reader, const DroverFields *fields, const char *prefix, const char *key,
            gboolean writes, gboolean shares, guint depth)
{
  g_autofree char *below = g_strconcat (prefix, key, ".", NULL);
  const char *name = get (fields, prefix, key);
  const DroverFields *other = name != NULL ? find_node (reader, name) : NULL;

  if (get (fields, below, "driver") != NULL || get (fields, below, "filename") != NULL)
    return read_node (reader, fields, below, writes, shares, depth + 1);

  return other != NULL ? read_node (reader, other, "", writes, shares, depth + 1) : NULL;
}

/* Returns: (nullable): the file at its very bottom */
static char *
read_node (Reader *reader, const DroverFields *fields, const char *prefix, gboolean writes,
           gboolean shares, guint depth)
{
  const char *driver = get (fields, prefix, "driver");
  const char *name = get (fields, prefix, "filename");
  g_autofree char *path = NULL;
  g_autofree char *backing = NULL;

  if (depth > MAX_DEPTH)
    return NULL;

  writes = writes && !is (fields, prefix, "read-only", "on");
  if (name != NULL && (driver == NULL || is_file_driver (driver)))
    {
      path = dup_path (name, reader->directory);
      if (path != NULL && !is (fields, prefix, "locking", "off"))
        add_use (reader, path, writes, shares);
      return g_steal_pointer (&path);
    }

  path = read_child (reader, fields, prefix, "file", writes, shares, depth);
  backing = read_child (reader, fields, prefix, "backing", FALSE, FALSE, depth);
  if (backing == NULL && path != NULL && driver != NULL && _drover_image_may_have_backing (driver))
    add_chain (reader, path);
  return g_steal_pointer (&path);
}

static gboolean
is_shared (Reader *reader, const char *name)
{
  for (guint i = 0; name != NULL && i < reader->fields->len; i++)
    {
      const DroverFields *fields = reader->fields->pdata[i];

      if (fields->enabled && drover_fields_are (fields, "device") &&
          is (fields, "", "drive", name) && is (fields, "", "share-rw", "on"))
        return TRUE;
    }

  return FALSE;
}

/* Whether another node has @name below it, and so says how it is used. */
static gboolean
has_node_above (Reader *reader, const char *name)
{
  for (guint i = 0; i < reader->fields->len; i++)
    {
      const DroverFields *fields = reader->fields->pdata[i];

      if (!fields->enabled || !drover_fields_are (fields, "blockdev"))
        continue;
      for (guint j = 0; j < fields->items->len; j++)
        {
          const DroverField *field = &g_array_index (fields->items, DroverField, j);

          if (g_str_equal (field->value, name) && !g_str_equal (field->key, "node-name") &&
              (g_str_has_suffix (field->key, "file") || g_str_has_suffix (field->key, "backing")))
            return TRUE;
        }
    }

  return FALSE;
}

static void
read_blockdev (Reader *reader, const DroverFields *fields)
{
  const char *name = get (fields, "", "node-name");

  if (name != NULL && has_node_above (reader, name))
    return;

  g_free (read_node (reader, fields, "", TRUE, is_shared (reader, name), 0));
}

/* A name that is a whole node. */
static void
read_json_name (Reader *reader, const char *name, gboolean writes, gboolean shares)
{
  g_autoptr (DroverArgument) argument =
    drover_argument_new ("-blockdev", name + strlen ("json:"));
  g_autoptr (DroverFields) fields = drover_fields_new (argument);

  g_free (read_node (reader, fields, "", writes, shares, 0));
}

static void
read_drive (Reader *reader, const DroverFields *fields)
{
  const char *name = get (fields, "", "file");
  const char *format = get (fields, "", "format");
  const char *id = get (fields, "", "id");
  gboolean shares = is_shared (reader, id != NULL ? id : get (fields, "", "node-name"));
  gboolean writes = !reader->snapshot && !is (fields, "", "snapshot", "on") &&
                    !is (fields, "", "readonly", "on") && !is (fields, "", "read-only", "on") &&
                    !is (fields, "", "media", "cdrom");
  g_autofree char *path = NULL;

  if (format == NULL)
    format = get (fields, "", "driver");
  if (name == NULL)
    {
      path = read_node (reader, fields, "", writes, shares, 0);
      return;
    }
  if (g_str_has_prefix (name, "json:"))
    {
      read_json_name (reader, name, writes, shares);
      return;
    }

  path = dup_path (name, reader->directory);
  if (path == NULL)
    return;
  if (!is (fields, "", "file.locking", "off") && !is (fields, "", "locking", "off"))
    add_use (reader, path, writes, shares);
  if (_drover_image_may_have_backing (format))
    add_chain (reader, path);
}

static void
read_argument (Reader *reader, const DroverFields *fields)
{
  static const char *const writable[] = { "", "hda", "hdb", "hdc", "hdd", "fda", "fdb", "mtdblock",
                                          "sd", "pflash", NULL };
  gboolean is_plain = g_strv_contains (writable, fields->option);
  g_autofree char *path = NULL;

  if (drover_fields_are (fields, "blockdev"))
    read_blockdev (reader, fields);
  else if (drover_fields_are (fields, "drive"))
    read_drive (reader, fields);
  else if ((is_plain || g_str_equal (fields->option, "cdrom")) && fields->text != NULL &&
           (path = dup_path (fields->text, reader->directory)) != NULL)
    {
      add_use (reader, path, is_plain && !reader->snapshot, FALSE);
      add_chain (reader, path);
    }
}

/**
 * drover_image_uses_list:
 * @arguments: (element-type DroverArgument): a machine's; those that are switched off do not count
 * @directory: where QEMU is started
 *
 * Reads the headers of images, for which drover_image_look() has a thread. Files with
 * `locking=off` are left out: who says that takes all on himself. The extents of a VMDK are not
 * found: only QEMU's own locks watch over these.
 *
 * Returns: (transfer full) (element-type DroverImageUse): the files that QEMU opens as disks
 */
GPtrArray *
drover_image_uses_list (GPtrArray *arguments, const char *directory)
{
  g_autoptr (GPtrArray) fields = drover_fields_list (arguments);
  Reader reader = { fields, directory, FALSE, g_ptr_array_new_with_free_func (use_free) };

  for (guint i = 0; i < fields->len; i++)
    {
      const DroverFields *argument = fields->pdata[i];

      reader.snapshot |= argument->enabled && g_str_equal (argument->option, "snapshot");
    }
  for (guint i = 0; i < fields->len; i++)
    if (((const DroverFields *) fields->pdata[i])->enabled)
      read_argument (&reader, fields->pdata[i]);

  return reader.uses;
}
