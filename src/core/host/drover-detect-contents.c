/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-detect-private.h"

/* What a file is by its bytes. Nothing here trusts a length or an offset that the file names. */

#define DESCRIPTOR_LENGTH 2048

static guint
read16 (const guint8 *data, gsize at)
{
  return data[at] | data[at + 1] << 8;
}

static guint32
read32 (const guint8 *data, gsize at)
{
  return read16 (data, at) | (guint32) read16 (data, at + 2) << 16;
}

static gboolean
has (const guint8 *data, gsize length, gsize at, const char *magic, gsize n)
{
  return at + n <= length && memcmp (data + at, magic, n) == 0;
}

/* --- discs ----------------------------------------------------------------------------------- */

static char *
dup_field (const guint8 *sector, gsize at, gsize length)
{
  g_autofree char *raw = g_strndup ((const char *) sector + at, length);

  return g_strstrip (g_utf8_make_valid (raw, -1));
}

/**
 * drover_disc_label_parse:
 * @sector: a disc's 17th sector
 * @length: how much of it there is
 *
 * Returns: (transfer full) (nullable): what it says; %NULL when it does not begin a disc
 */
DroverDiscLabel *
drover_disc_label_parse (const guint8 *sector, gsize length)
{
  DroverDiscLabel *label;

  if (length < DESCRIPTOR_LENGTH || sector[0] != 1 || !has (sector, length, 1, "CD001", 5))
    return NULL;

  label = g_new0 (DroverDiscLabel, 1);
  label->system = dup_field (sector, 8, 32);
  label->volume = dup_field (sector, 40, 32);
  label->publisher = dup_field (sector, 318, 128);
  label->application = dup_field (sector, 574, 128);
  label->size = (guint64) read32 (sector, 80) * read16 (sector, 128);
  return label;
}

/**
 * drover_disc_label_free:
 *
 * Frees a disc's label.
 */
void
drover_disc_label_free (DroverDiscLabel *label)
{
  g_free (label->system);
  g_free (label->volume);
  g_free (label->publisher);
  g_free (label->application);
  g_free (label);
}

/* --- programs -------------------------------------------------------------------------------- */

static const char *
get_pe_architecture (guint machine)
{
  switch (machine)
    {
    case 0x014c: return "i386";
    case 0x8664: return "x86_64";
    case 0xaa64: return "aarch64";
    case 0x01c2: return "arm";
    case 0x5064: return "riscv64";
    case 0x6264: return "loongarch64";
    default: return NULL;
    }
}

/* An EFI program, or a kernel packed into one. FALSE for programs of Windows. */
static gboolean
detect_pe (DroverDetection *self, const guint8 *head, gsize length)
{
  gsize at;
  guint subsystem;

  if (!has (head, length, 0, "MZ", 2) || length < 64)
    return FALSE;

  at = read32 (head, 60);
  if (at > length || !has (head, length, at, "PE\0\0", 4) || at + 24 + 70 > length)
    return FALSE;

  subsystem = read16 (head, at + 24 + 68);
  if (subsystem < 10 || subsystem > 13)
    return FALSE;

  self->architecture = g_strdup (get_pe_architecture (read16 (head, at + 4)));
  self->kind = has (head, length, 4, "zimg", 4) ? DROVER_MEDIUM_KIND_KERNEL
                                                : DROVER_MEDIUM_KIND_EFI;
  return TRUE;
}

static gboolean
detect_kernel (DroverDetection *self, const guint8 *head, gsize length)
{
  /* The boot protocol's own header; a bit of it says that there is a 64-bit entry. */
  if (has (head, length, 0x202, "HdrS", 4) && has (head, length, 0x1fe, "\x55\xaa", 2) &&
      length > 0x238)
    self->architecture = g_strdup ((read16 (head, 0x236) & 1) != 0 ? "x86_64" : "i386");
  else if (has (head, length, 56, "ARM\x64", 4))
    self->architecture = g_strdup ("aarch64");
  else if (has (head, length, 56, "RSC\x05", 4))
    self->architecture = g_strdup ("riscv64");
  else if (has (head, length, 36, "\x18\x28\x6f\x01", 4))
    self->architecture = g_strdup ("arm");
  else
    return FALSE;

  self->kind = DROVER_MEDIUM_KIND_KERNEL;
  return TRUE;
}

/* --- the rest -------------------------------------------------------------------------------- */

static gboolean
is_compressed (const guint8 *head, gsize length)
{
  return has (head, length, 0, "\x1f\x8b", 2) || has (head, length, 0, "\xfd" "7zXZ", 5) ||
    has (head, length, 0, "\x28\xb5\x2f\xfd", 4) || has (head, length, 0, "BZh", 3) ||
    has (head, length, 0, "\x02\x21\x4c\x18", 4) || has (head, length, 0, "PK\3\4", 4) ||
    has (head, length, 0, "7z\xbc\xaf\x27\x1c", 6);
}

static gboolean
is_ram_disk_name (const char *name)
{
  return strstr (name, "initrd") != NULL || strstr (name, "initramfs") != NULL ||
    strstr (name, "ramdisk") != NULL;
}

static gboolean
detect_archive (DroverDetection *self, const guint8 *head, gsize length, const char *name)
{
  gboolean compressed = is_compressed (head, length);

  if (has (head, length, 0, "07070", 5) || (compressed && is_ram_disk_name (name)))
    self->kind = DROVER_MEDIUM_KIND_RAM_DISK;
  else if (compressed)
    self->note = g_strdup (_("It is compressed. Unpack it first."));
  else
    return FALSE;

  return TRUE;
}

static gboolean
is_floppy_size (guint64 size)
{
  static const guint kilobytes[] = { 160, 180, 320, 360, 720, 1200, 1440, 1680, 1722, 2880 };

  for (guint i = 0; i < G_N_ELEMENTS (kilobytes); i++)
    if (size == kilobytes[i] * 1024)
      return TRUE;

  return FALSE;
}

static gboolean
has_suffix (const char *name, const char *const *suffixes)
{
  for (guint i = 0; suffixes[i] != NULL; i++)
    if (g_str_has_suffix (name, suffixes[i]))
      return TRUE;

  return FALSE;
}

static gboolean
detect_raw_disk (DroverDetection *self, const guint8 *head, gsize length, const char *name)
{
  static const char *const floppies[] = { ".img", ".ima", ".flp", ".vfd", ".dsk", ".bin", NULL };
  static const char *const disks[] = { ".img", ".raw", NULL };
  gboolean starts = has (head, length, 510, "\x55\xaa", 2);

  if (is_floppy_size (self->size) && (starts || has_suffix (name, floppies)))
    self->kind = DROVER_MEDIUM_KIND_FLOPPY;
  else if (starts || has (head, length, 512, "EFI PART", 8) ||
           (has_suffix (name, disks) && self->size > 0 && self->size % 512 == 0))
    self->kind = DROVER_MEDIUM_KIND_DISK;
  else
    return FALSE;

  self->virtual_size = self->size;
  return TRUE;
}

/* A page that a browser saved where a file was meant: of a hotel, or of a mirror that is gone. */
static gboolean
detect_web_page (DroverDetection *self, const guint8 *head, gsize length)
{
  g_autofree char *start = g_strndup ((const char *) head, MIN (length, 64));
  g_autofree char *lower = g_ascii_strdown (g_strchug (start), -1);

  if (!g_str_has_prefix (lower, "<!doctype html") && !g_str_has_prefix (lower, "<html"))
    return FALSE;

  self->note = g_strdup (_("It is a web page: what was to be downloaded was not there. "
                           "Download it again."));
  return TRUE;
}

/**
 * drover_detect_by_contents:
 * @self: what is known of the file: its size; the rest is set
 * @head: its first bytes
 * @length: how many there are
 * @name: its name, in small letters
 *
 * Returns: whether these bytes tell what it is
 */
gboolean
drover_detect_by_contents (DroverDetection *self, const guint8 *head, gsize length,
                           const char *name)
{
  return detect_kernel (self, head, length) || detect_pe (self, head, length) ||
    detect_archive (self, head, length, name) || detect_raw_disk (self, head, length, name) ||
    detect_web_page (self, head, length);
}
