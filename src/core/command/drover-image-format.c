/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "drover-image-format.h"

static const struct
{
  const char *format;
  const char *suffix; /* (nullable) */
  guint offset;
  guint length;
  const char *magic;  /* (nullable) */
} formats[] = {
  { "qcow2", ".qcow2", 0, 8, "QFI\xfb\0\0\0\2" },
  { "qcow2", NULL, 0, 8, "QFI\xfb\0\0\0\3" },
  { "qcow", ".qcow", 0, 8, "QFI\xfb\0\0\0\1" },
  { "vmdk", ".vmdk", 0, 4, "KDMV" },
  { "vmdk", NULL, 0, 4, "COWD" },
  { "vmdk", NULL, 0, 21, "# Disk DescriptorFile" },
  { "vdi", ".vdi", 64, 4, "\x7f\x10\xda\xbe" },
  { "vhdx", ".vhdx", 0, 8, "vhdxfile" },
  { "vpc", ".vhd", 0, 8, "conectix" },
  { "qed", ".qed", 0, 4, "QED\0" },
  { "luks", ".luks", 0, 6, "LUKS\xba\xbe" },
  { "parallels", ".hdd", 0, 16, "WithoutFreeSpace" },
  { "parallels", NULL, 0, 16, "WithouFreSpacExt" },
  { "bochs", NULL, 0, 23, "Bochs Virtual HD Image" },
  { "cloop", NULL, 0, 10, "#!/bin/sh\n" },
  { "dmg", ".dmg", 0, 0, NULL },
  { "raw", ".iso", 0, 0, NULL },
  { "raw", ".raw", 0, 0, NULL },
};

static const char *
find_magic (const char *data, gsize length)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (formats[i].magic != NULL && formats[i].offset + formats[i].length <= length &&
        memcmp (data + formats[i].offset, formats[i].magic, formats[i].length) == 0)
      return formats[i].format;

  return NULL;
}

/**
 * drover_image_format_of_name:
 * @path: name of a disk image
 *
 * Returns: (nullable): the format that its suffix stands for; %NULL when it says nothing
 */
const char *
drover_image_format_of_name (const char *path)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (formats[i].suffix != NULL && g_str_has_suffix (path, formats[i].suffix))
      return formats[i].format;

  return NULL;
}

static char *
dup_absolute (const char *path, const char *folder)
{
  if (g_path_is_absolute (path))
    return g_strdup (path);

  return folder != NULL ? g_build_filename (folder, path, NULL) : NULL;
}

/**
 * drover_image_format_probe:
 * @path: name of a disk image
 * @folder: (nullable): where a relative name starts
 *
 * Looks into the file as QEMU does when it is told no format.
 *
 * Returns: (nullable): its format, `raw` when it looks like no other; %NULL when there is no
 *   such file or it cannot be read
 */
const char *
drover_image_format_probe (const char *path, const char *folder)
{
  g_autofree char *absolute = dup_absolute (path, folder);
  struct stat status;
  const char *format;
  char data[512];
  gsize length;
  FILE *file;

  /* To open a pipe would wait for its other end. */
  if (absolute == NULL || stat (absolute, &status) != 0 ||
      (!S_ISREG (status.st_mode) && !S_ISBLK (status.st_mode)))
    return NULL;

  file = fopen (absolute, "re");
  if (file == NULL)
    return NULL;

  length = fread (data, 1, sizeof data, file);
  fclose (file);
  format = find_magic (data, length);
  if (format == NULL && g_str_has_suffix (path, ".dmg"))
    format = "dmg";
  return format != NULL ? format : "raw";
}

/**
 * drover_image_has_protocol:
 * @path: the name of a disk image, as `-drive file=` takes it
 *
 * Returns: whether it is no plain file name: `nbd:host:port`, `fat:rw:/folder`, `json:{…}`
 */
gboolean
drover_image_has_protocol (const char *path)
{
  return path[strcspn (path, ":/")] == ':';
}

/**
 * drover_image_get_file_driver:
 * @path: a plain file name
 * @folder: (nullable): where a relative name starts
 * @is_cd: whether the guest sees a CD drive
 *
 * Returns: (nullable): which of QEMU's drivers opens it; %NULL when it is a device that is not
 *   there, so that its kind cannot be seen
 */
const char *
drover_image_get_file_driver (const char *path, const char *folder, gboolean is_cd)
{
  g_autofree char *absolute = dup_absolute (path, folder);
  struct stat status;

  if (absolute != NULL && stat (absolute, &status) == 0)
    return !S_ISBLK (status.st_mode) ? "file" : is_cd ? "host_cdrom" : "host_device";

  return g_str_has_prefix (path, "/dev/") && !g_str_has_prefix (path, "/dev/fdset/") ? NULL
                                                                                     : "file";
}
