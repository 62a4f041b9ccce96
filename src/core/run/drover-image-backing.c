/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "drover-image-backing.h"

/* What stands below an image, as its own header says, for each format of QEMU's that can have it:
 * docs/interop/qcow2.txt, docs/interop/qed_spec.rst, and VMware's descriptor. Numbers are taken
 * for what they are: anybody may have written them. */

#define LONGEST_NAME 1023

/* As much of a descriptor as QEMU reads. */
#define LONGEST_DESCRIPTOR (20 * 512)

#define QCOW2_BACKING_FORMAT 0xe2792aca
#define QED_HAS_BACKING 1
#define QED_BACKING_IS_RAW 4

static guint32
get_be32 (const guint8 *at)
{
  return (guint32) at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

static guint64
get_be64 (const guint8 *at)
{
  return (guint64) get_be32 (at) << 32 | get_be32 (at + 4);
}

static guint64
get_le64 (const guint8 *at)
{
  guint64 number = 0;

  for (guint i = 8; i-- > 0;)
    number = number << 8 | at[i];
  return number;
}

static guint32
get_le32 (const guint8 *at)
{
  return (guint32) (at[0] | at[1] << 8 | at[2] << 16) | (guint32) at[3] << 24;
}

static char *
read_text (int fd, guint64 offset, guint64 size, guint64 most)
{
  g_autofree char *text = NULL;

  if (offset == 0 || offset > G_MAXINT32 || size == 0 || size > most)
    return NULL;

  text = g_malloc0 (size + 1);
  return pread (fd, text, size, offset) == (gssize) size ? g_steal_pointer (&text) : NULL;
}

/* Behind the header are extensions, one of which may name the format of what is below. */
static gboolean
is_qcow2_on_raw (int fd, const guint8 *header)
{
  guint64 at = get_be32 (header + 4) >= 3 ? get_be32 (header + 100) : 72;
  guint8 extension[8];

  for (guint i = 0; i < 64 && pread (fd, extension, sizeof extension, at) == sizeof extension; i++)
    {
      guint32 type = get_be32 (extension);
      guint32 length = get_be32 (extension + 4);
      g_autofree char *format = NULL;

      if (type == 0 || length > G_MAXUINT16)
        return FALSE;
      if (type == QCOW2_BACKING_FORMAT)
        {
          format = read_text (fd, at + sizeof extension, length, LONGEST_NAME);
          return g_strcmp0 (format, "raw") == 0;
        }
      at += sizeof extension + ((length + 7) & ~7u);
    }

  return FALSE;
}

/* `parentFileNameHint="base.vmdk"`, in a text of its own or in the midst of the image. */
static char *
find_parent (const char *descriptor)
{
  static const char key[] = "parentFileNameHint=\"";
  const char *start = strstr (descriptor, key);
  const char *end = start != NULL ? strpbrk (start + strlen (key), "\"\n") : NULL;

  return end != NULL && *end == '"' && end > start + strlen (key)
           ? g_strndup (start + strlen (key), end - start - strlen (key))
           : NULL;
}

static char *
read_vmdk (int fd, const guint8 *header)
{
  g_autofree char *descriptor = NULL;

  if (memcmp (header, "KDMV", 4) == 0)
    {
      guint64 sector = get_le64 (header + 28);
      guint64 n_sectors = get_le64 (header + 36);

      if (sector > G_MAXINT32 / 512 || n_sectors > LONGEST_DESCRIPTOR / 512)
        n_sectors = LONGEST_DESCRIPTOR / 512;
      descriptor = read_text (fd, MIN (sector, G_MAXINT32 / 512) * 512, n_sectors * 512,
                              LONGEST_DESCRIPTOR);
    }
  else
    {
      descriptor = g_malloc0 (LONGEST_DESCRIPTOR + 1);
      if (pread (fd, descriptor, LONGEST_DESCRIPTOR, 0) < 0)
        return NULL;
    }

  return descriptor != NULL ? find_parent (descriptor) : NULL;
}

static char *
read_header (int fd, gboolean *is_raw)
{
  static const char descriptor[] = "# Disk DescriptorFile";
  guint8 header[104] = { 0 };
  gssize length = pread (fd, header, sizeof header, 0);

  if (length < (gssize) strlen (descriptor))
    return NULL;

  if (memcmp (header, "QFI\xfb", 4) == 0)
    {
      *is_raw = get_be32 (header + 4) >= 2 && is_qcow2_on_raw (fd, header);
      return read_text (fd, get_be64 (header + 8), get_be32 (header + 16), LONGEST_NAME);
    }
  if (memcmp (header, "QED\0", 4) == 0)
    {
      guint64 features = get_le64 (header + 16);

      *is_raw = (features & QED_BACKING_IS_RAW) != 0;
      return (features & QED_HAS_BACKING) != 0
               ? read_text (fd, get_le32 (header + 56), get_le32 (header + 60), LONGEST_NAME)
               : NULL;
    }
  if (memcmp (header, "KDMV", 4) == 0 || memcmp (header, descriptor, strlen (descriptor)) == 0)
    return read_vmdk (fd, header);

  return NULL;
}

/**
 * _drover_image_dup_backing:
 * @path: of an image
 * @is_raw: (out): whether what is below is said to be raw, so that nothing stands below that,
 *   whatever it looks like
 *
 * Reads the image's header, which may take its time.
 *
 * Returns: (transfer full) (nullable): the name of what stands below it
 */
char *
_drover_image_dup_backing (const char *path, gboolean *is_raw)
{
  g_autofd int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

  *is_raw = FALSE;
  return fd >= 0 ? read_header (fd, is_raw) : NULL;
}

/**
 * _drover_image_may_have_backing:
 * @format: (nullable): as `format=` has it; %NULL when QEMU is to find out
 *
 * Returns: whether an image of that format can stand on another
 */
gboolean
_drover_image_may_have_backing (const char *format)
{
  static const char *const formats[] = { "qcow", "qcow2", "qed", "vmdk", NULL };

  return format == NULL || g_strv_contains (formats, format);
}
