/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-arguments.h"
#include "drover-image-format.h"
#include "drover-keyval.h"
#include "drover-part.h"
#include "drover-reference.h"

/* What is in a CD or floppy drive, whichever of QEMU's options the drive is written with. */

typedef struct
{
  GPtrArray *arguments;
  const DroverPart *part;
  const char *folder;
  DroverFields *front; /* nullable */
  DroverFields *back;  /* nullable */
  gboolean is_cd;
} Drive;

static void
drive_clear (Drive *drive)
{
  g_clear_pointer (&drive->front, drover_fields_free);
  g_clear_pointer (&drive->back, drover_fields_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Drive, drive_clear)

static DroverFields *
read_half (GPtrArray *arguments, int argument)
{
  return argument >= 0 ? drover_fields_new (arguments->pdata[argument]) : NULL;
}

static gboolean
is_option (const DroverFields *fields, const char *option)
{
  return fields != NULL && drover_fields_are (fields, option);
}

static const char *
get (const DroverFields *fields, const char *key)
{
  const char *value = fields != NULL ? drover_fields_get (fields, key) : NULL;

  return value != NULL ? value : "";
}

static gboolean
is_cd (const Drive *drive)
{
  return g_str_has_suffix (get (drive->front, "driver"), "-cd") ||
         is_option (drive->back, "cdrom") || g_str_equal (get (drive->back, "media"), "cdrom");
}

static gboolean
is_floppy (const Drive *drive)
{
  return g_str_equal (get (drive->front, "driver"), "floppy") || is_option (drive->back, "fda") ||
         is_option (drive->back, "fdb") || g_str_equal (get (drive->back, "if"), "floppy");
}

static Drive
read_drive (GPtrArray *arguments, const DroverPart *part, const char *folder)
{
  Drive drive = { arguments, part, folder, read_half (arguments, part->scope.front),
                  read_half (arguments, part->scope.back) };

  drive.is_cd = is_cd (&drive);
  return drive;
}

/**
 * drover_part_has_media:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @part: one of its parts
 *
 * Returns: whether it is a drive whose medium the guest expects to be changed: a CD or floppy
 *   drive
 */
gboolean
drover_part_has_media (GPtrArray *arguments, const DroverPart *part)
{
  g_auto (Drive) drive = read_drive (arguments, part, NULL);

  return g_str_equal (part->kind, DROVER_PART_DISK) && (is_cd (&drive) || is_floppy (&drive));
}

static void
replace (GPtrArray *result, int argument, DroverArgument *changed)
{
  drover_argument_unref (result->pdata[argument]);
  result->pdata[argument] = changed;
}

static gboolean
set_key (GPtrArray *result, int argument, const char *key, const char *value, GError **error)
{
  DroverArgument *changed = drover_fields_with (result->pdata[argument], key, value, error);

  if (changed == NULL)
    return FALSE;

  replace (result, argument, changed);
  return TRUE;
}

/* A plain file and a drive of the host's are opened by different drivers. */
static const char *
get_driver (const Drive *drive, const char *file)
{
  const char *driver = drover_image_get_file_driver (file, drive->folder, drive->is_cd);

  return driver != NULL ? driver : drive->is_cd ? "host_cdrom" : "host_device";
}

static gboolean
set_node (const Drive *drive, GPtrArray *result, const char *file, GError **error)
{
  const DroverScope *scope = &drive->part->scope;
  int argument = scope->file >= 0 ? scope->file : scope->back;
  gboolean nested = *get (drive->back, "file.filename") != '\0';
  const char *prefix = nested ? "file." : "";
  g_autofree char *filename = g_strconcat (prefix, "filename", NULL);
  g_autofree char *driver = g_strconcat (prefix, "driver", NULL);

  return set_key (result, nested ? scope->back : argument, filename, file, error) &&
         set_key (result, nested ? scope->back : argument, driver, get_driver (drive, file),
                  error);
}

/* An empty drive has no node yet. */
static gboolean
add_node (const Drive *drive, GPtrArray *result, const char *file, GError **error)
{
  g_autoptr (DroverReferences) references = drover_references_new (drive->arguments);
  g_autofree char *node = drover_references_dup_free_id (references, "medium");
  g_autofree char *escaped = drover_keyval_escape (file);
  const char *format = drover_image_format_probe (file, drive->folder);
  g_autofree char *text = g_strdup_printf (
    "driver=%s,node-name=%s,%sfile.driver=%s,file.filename=%s",
    drive->is_cd || format == NULL ? "raw" : format, node, drive->is_cd ? "read-only=on," : "",
    get_driver (drive, file), escaped);

  if (!set_key (result, drive->part->scope.front, "drive", node, error))
    return FALSE;

  g_ptr_array_insert (result, drive->part->scope.front,
                      drover_argument_new ("-blockdev", text));
  return TRUE;
}

static gboolean
drop_node (const Drive *drive, GPtrArray *result, GError **error)
{
  g_autoptr (GPtrArray) rest = NULL;

  if (!set_key (result, drive->part->scope.front, "drive", NULL, error))
    return FALSE;

  /* What stood behind the drive goes with the medium, as far as nothing else uses it. */
  rest = drover_part_remove (drive->arguments, drive->part, TRUE);
  for (guint i = drive->arguments->len; i-- > 0;)
    if ((int) i != drive->part->scope.front &&
        !g_ptr_array_find (rest, drive->arguments->pdata[i], NULL))
      g_ptr_array_remove_index (result, i);
  return TRUE;
}

static gboolean
set_drive (const Drive *drive, GPtrArray *result, const char *file, GError **error)
{
  int back = drive->part->scope.back;

  /* A format without an image is an image that is missing. */
  if (file == NULL && *get (drive->back, "format") != '\0' &&
      !set_key (result, back, "format", NULL, error))
    return FALSE;

  return set_key (result, back, "file", file, error);
}

/**
 * drover_part_set_medium:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @part: a CD or floppy drive of it
 * @folder: (nullable): where relative file names start
 * @file: (nullable): the new medium; %NULL for none
 * @error: set to %DROVER_ERROR_ARGUMENT when it is no such drive, or cannot be edited
 *
 * Puts another medium into a drive: in the image that it has, else in a new one of its own.
 *
 * Returns: (transfer full) (nullable): the new arguments
 */
GPtrArray *
drover_part_set_medium (GPtrArray *arguments, const DroverPart *part, const char *folder,
                        const char *file, GError **error)
{
  g_auto (Drive) drive = read_drive (arguments, part, folder);
  g_autoptr (GPtrArray) result = drover_arguments_copy (arguments);
  gboolean done;

  if (!drover_part_has_media (arguments, part))
    {
      drover_arguments_refuse (error, _("“%s” is neither a CD drive nor a floppy drive"), part->id);
      return NULL;
    }
  if (part->scope.front < 0)
    {
      drover_arguments_refuse (error, _("“%s” is plugged into no drive"), part->id);
      return NULL;
    }

  if (is_option (drive.back, "blockdev"))
    done = file != NULL ? set_node (&drive, result, file, error)
                        : drop_node (&drive, result, error);
  else if (is_option (drive.back, "drive"))
    done = set_drive (&drive, result, file, error);
  else if (drive.back != NULL && file == NULL)
    {
      g_ptr_array_remove_index (result, part->scope.back);
      done = TRUE;
    }
  else if (drive.back != NULL)
    {
      replace (result, part->scope.back,
               drover_argument_with_value (result->pdata[part->scope.back], file));
      done = TRUE;
    }
  else
    done = file == NULL || add_node (&drive, result, file, error);

  return done ? g_steal_pointer (&result) : NULL;
}
