/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-part-private.h"

static const DroverFields *
get_fields (DroverReferences *references, int argument)
{
  return argument < 0 ? NULL : references->fields->pdata[argument];
}

static const char *
get_first (const DroverFields *fields, const char *const *keys)
{
  for (guint i = 0; fields != NULL && keys[i] != NULL; i++)
    {
      const char *value = drover_fields_get (fields, keys[i]);

      if (value != NULL && *value != '\0')
        return value;
    }

  return NULL;
}

/* What QEMU's image names end in, also `fat:rw:/folder/` and `nbd:host:port`. */
static char *
dup_base_name (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);

  return g_str_equal (base, "/") || g_str_equal (base, ".") ? g_strdup (path)
                                                            : g_steal_pointer (&base);
}

/* The `file` of a `-blockdev` is the name of another node, and no file. */
static const char *
get_file (const DroverFields *fields)
{
  static const char *const keys[] = { "filename",  "file.filename", "path",     "file.path",
                                      "file.export", "export",      "file.dir", NULL };
  static const char *const older[] = { "file", "", NULL };
  const char *file = get_first (fields, keys);

  return file != NULL || fields == NULL || drover_fields_are (fields, "blockdev")
           ? file
           : get_first (fields, older);
}

static char *
dup_disk_title (DroverReferences *references, const DroverPart *part)
{
  static const char *const words[] = { "driver", "if", NULL };
  const DroverFields *back = get_fields (references, part->scope.back);
  const char *file = get_file (get_fields (references, part->scope.file));
  const char *word;

  if (file == NULL)
    file = get_file (back);
  if (file != NULL)
    return dup_base_name (file);

  word = get_first (get_fields (references, part->scope.front), words);
  if (word == NULL)
    word = get_first (back, words);
  return g_strdup (word);
}

static char *
dup_numa_title (const DroverFields *fields)
{
  static const char *const numbers[] = { "nodeid", "node-id", "src", "initiator", NULL };
  const char *type = drover_fields_get (fields, "type");
  const char *number = get_first (fields, numbers);

  if (type == NULL || number == NULL)
    return g_strdup (type);

  return g_strdup_printf ("%s %s", type, number);
}

/**
 * drover_part_dup_title:
 * @part: a part whose kind and scope are known
 *
 * Returns: (transfer full): what it is in a few words, in QEMU's own names; its option when
 *   nothing better is known
 */
char *
drover_part_dup_title (DroverReferences *references, const DroverPart *part)
{
  static const char *const devices[] = { "driver", NULL };
  static const char *const fronts[] = { "model", "", NULL };
  static const char *const backs[] = { "driver", "type", "qom-type", "backend", "mount_tag",
                                       "fsdriver", "", NULL };
  const DroverFields *front = get_fields (references, part->scope.front);
  const DroverFields *back = get_fields (references, part->scope.back);
  char *title = NULL;

  if (g_str_equal (part->kind, DROVER_PART_DISK))
    title = dup_disk_title (references, part);
  else if (g_str_equal (part->kind, DROVER_PART_NUMA))
    title = dup_numa_title (back);
  else if (g_str_equal (part->kind, DROVER_PART_SHARE) && back != NULL &&
           !drover_fields_are (back, "chardev") && drover_fields_get (back, "path") != NULL)
    title = dup_base_name (drover_fields_get (back, "path"));
  else if (g_str_equal (part->kind, DROVER_PART_CHARACTER) && back != NULL &&
           drover_fields_are (back, "chardev"))
    title = g_strdup (get_first (back, backs));
  if (title == NULL)
    title = g_strdup (get_first (
      front, front != NULL && drover_fields_are (front, "device") ? devices : fronts));
  if (title == NULL)
    title = g_strdup (get_first (back, backs));
  if (title == NULL)
    title = g_strdup ((front != NULL ? front : back)->option);

  return title;
}
