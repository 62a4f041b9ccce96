/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "drover-disk-facts.h"
#include "drover-key.h"

/* What a disk is, in words, read from the arguments that make it. */

static const char *
get_option (GPtrArray *arguments, const DroverPart *part)
{
  int argument = part->scope.front >= 0 ? part->scope.front : part->scope.back;

  return drover_argument_get_option (arguments->pdata[argument]);
}

/* The driver of its guest side, the interface of its `-drive`, or the option itself. */
static char *
dup_type (GPtrArray *arguments, const DroverPart *part)
{
  const char *option = get_option (arguments, part);
  char *type;

  if (g_str_equal (option, "device"))
    type = drover_key_dup (arguments, part->scope.front, "driver");
  else if (g_str_equal (option, "drive"))
    type = drover_key_dup (arguments, part->scope.back, "if");
  else
    type = g_strdup (option);

  return type != NULL ? type : g_strdup ("");
}

static gboolean
is_one_of (const char *text, const char *const *words)
{
  return g_strv_contains (words, text);
}

/**
 * drover_disk_get_kind:
 * @part: a disk
 *
 * Returns: what the guest sees it as
 */
DroverDiskKind
drover_disk_get_kind (GPtrArray *arguments, const DroverPart *part)
{
  static const char *const cds[] = { "ide-cd", "scsi-cd", "xen-cdrom", "cdrom", NULL };
  static const char *const floppies[] = { "floppy", "fda", "fdb", NULL };
  static const char *const cards[] = { "sd", "sd-card", "sd-card-spi", "emmc", NULL };
  static const char *const flashes[] = { "pflash", "mtd", "mtdblock", NULL };
  g_autofree char *type = dup_type (arguments, part);
  g_autofree char *media = drover_key_dup (arguments, part->scope.back, "media");

  if (g_strcmp0 (media, "cdrom") == 0 || is_one_of (type, cds))
    return DROVER_DISK_CD;

  return is_one_of (type, floppies)  ? DROVER_DISK_FLOPPY
         : is_one_of (type, cards)   ? DROVER_DISK_CARD
         : is_one_of (type, flashes) ? DROVER_DISK_FLASH
                                     : DROVER_DISK_HARD;
}

/**
 * drover_disk_get_icon:
 *
 * Returns: the name of its icon
 */
const char *
drover_disk_get_icon (DroverDiskKind kind)
{
  switch (kind)
    {
    case DROVER_DISK_CD:
      return "drive-optical-symbolic";
    case DROVER_DISK_FLOPPY:
      return "media-floppy-symbolic";
    case DROVER_DISK_CARD:
      return "media-flash-symbolic";
    case DROVER_DISK_FLASH:
      return "drover-memory-symbolic";
    case DROVER_DISK_HARD:
    default:
      return "drive-harddisk-symbolic";
    }
}

/**
 * drover_disk_dup_bus:
 * @part: a disk
 *
 * Returns: (transfer full): what it is plugged into, in words
 */
char *
drover_disk_dup_bus (GPtrArray *arguments, const DroverPart *part)
{
  static const struct
  {
    const char *prefix;
    const char *words;
  } buses[] = {
    { "virtio", N_("Virtio") },      { "vhost-user-blk", N_("vhost-user") },
    { "scsi", N_("SCSI") },          { "ide", N_("IDE or SATA") },
    { "nvme", N_("NVMe") },          { "usb", N_("USB") },
    { "floppy", N_("Floppy") },      { "fd", N_("Floppy") },
    { "sd", N_("SD") },              { "emmc", N_("eMMC") },
    { "pflash", N_("Flash memory") }, { "mtd", N_("Flash memory") },
    { "xen", N_("Xen") },            { "cdrom", N_("The board’s own bus") },
    { "hd", N_("The board’s own bus") },
    { "none", N_("Plugged into nothing") },
  };
  g_autofree char *type = dup_type (arguments, part);

  for (guint i = 0; i < G_N_ELEMENTS (buses); i++)
    if (g_str_has_prefix (type, buses[i].prefix))
      return g_strdup (_(buses[i].words));
  if (part->scope.front < 0)
    return g_strdup (_("Plugged into nothing"));

  return *type == '\0' ? g_strdup (_("The board’s own bus")) : g_steal_pointer (&type);
}

/* QEMU's names for what is no file begin with a protocol, as `nbd:` and `json:`. */
static gboolean
is_file_name (const char *text)
{
  gsize length = strspn (text, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "+-.");

  return *text != '\0' && text[length] != ':';
}

static char *
dup_file_name (GPtrArray *arguments, const DroverPart *part)
{
  static const char *const images[] = { "",    "hda", "hdb",    "hdc",      "hdd", "cdrom",
                                        "fda", "fdb", "pflash", "mtdblock", "sd",  NULL };
  static const char *const keys[] = { "filename", "file.filename" };
  DroverArgument *back = part->scope.back >= 0 ? arguments->pdata[part->scope.back] : NULL;
  char *name = drover_key_dup (arguments, part->scope.file, "filename");

  if (name != NULL || back == NULL)
    return name;
  if (is_one_of (drover_argument_get_option (back), images))
    return g_strdup (drover_argument_get_value (back));

  for (guint i = 0; name == NULL && i < G_N_ELEMENTS (keys); i++)
    name = drover_key_dup (arguments, part->scope.back, keys[i]);
  if (name == NULL && g_str_equal (drover_argument_get_option (back), "drive"))
    name = drover_key_dup (arguments, part->scope.back, "file");

  return name;
}

/**
 * drover_disk_dup_image:
 * @part: a disk
 * @folder: the machine's folder, where QEMU runs
 *
 * Returns: (transfer full) (nullable): the absolute path of its image; %NULL when it has none,
 *   as an empty CD drive, or one that is no file
 */
char *
drover_disk_dup_image (GPtrArray *arguments, const DroverPart *part, const char *folder)
{
  g_autofree char *name = dup_file_name (arguments, part);
  const char *path = name;

  if (path != NULL && g_str_has_prefix (path, "file:"))
    path += strlen ("file:");
  else if (path == NULL || !is_file_name (path))
    return NULL;

  return g_canonicalize_filename (path, folder);
}

/**
 * drover_disk_dup_format:
 * @part: a disk
 *
 * Returns: (transfer full) (nullable): the image's format, as far as the arguments say
 */
char *
drover_disk_dup_format (GPtrArray *arguments, const DroverPart *part)
{
  char *format = drover_key_dup (arguments, part->scope.back, "format");

  if (format == NULL && part->scope.back >= 0 &&
      g_str_equal (drover_argument_get_option (arguments->pdata[part->scope.back]), "blockdev"))
    format = drover_key_dup (arguments, part->scope.back, "driver");

  return format;
}
