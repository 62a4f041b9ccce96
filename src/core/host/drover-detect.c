/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drover-detect-private.h"
#include "drover-dex.h"
#include "drover-error.h"
#include "drover-image-format.h"
#include "drover-image.h"
#include "drover-thread.h"

#define HEAD_LENGTH (32 * 1024)
#define SECTOR 2048
#define FIRST_DESCRIPTOR (16 * SECTOR)

G_DEFINE_BOXED_TYPE (DroverDetection, drover_detection, drover_detection_copy,
                     drover_detection_free)

/**
 * drover_detection_copy:
 *
 * Returns: (transfer full): a copy of @self
 */
DroverDetection *
drover_detection_copy (const DroverDetection *self)
{
  DroverDetection *copy = g_memdup2 (self, sizeof *self);

  copy->text = g_strdup (self->text);
  copy->note = g_strdup (self->note);
  copy->os_id = g_strdup (self->os_id);
  copy->os_name = g_strdup (self->os_name);
  copy->os_version = g_strdup (self->os_version);
  copy->architecture = g_strdup (self->architecture);
  copy->format = g_strdup (self->format);
  copy->label = g_strdup (self->label);
  copy->kernel = g_strdup (self->kernel);
  copy->initrd = g_strdup (self->initrd);
  copy->template_id = g_strdup (self->template_id);
  return copy;
}

/**
 * drover_detection_free:
 * @self: (transfer full): what to free
 */
void
drover_detection_free (DroverDetection *self)
{
  g_free (self->text);
  g_free (self->note);
  g_free (self->os_id);
  g_free (self->os_name);
  g_free (self->os_version);
  g_free (self->architecture);
  g_free (self->format);
  g_free (self->label);
  g_free (self->kernel);
  g_free (self->initrd);
  g_free (self->template_id);
  g_free (self);
}

/* One question; the answer grows while it is looked at. */
#define DROVER_TYPE_DETECT_JOB (drover_detect_job_get_type ())
G_DECLARE_FINAL_TYPE (DroverDetectJob, drover_detect_job, DROVER, DETECT_JOB, GObject)

struct _DroverDetectJob
{
  GObject parent_instance;
  char *path;
  char *name; /* in small letters */
  DroverDetection *found;
};

G_DEFINE_FINAL_TYPE (DroverDetectJob, drover_detect_job, G_TYPE_OBJECT)

static void
drover_detect_job_finalize (GObject *object)
{
  DroverDetectJob *self = DROVER_DETECT_JOB (object);

  g_free (self->path);
  g_free (self->name);
  g_clear_pointer (&self->found, drover_detection_free);
  G_OBJECT_CLASS (drover_detect_job_parent_class)->finalize (object);
}

static void
drover_detect_job_class_init (DroverDetectJobClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = drover_detect_job_finalize;
}

static void
drover_detect_job_init (DroverDetectJob *self)
{
  self->found = g_new0 (DroverDetection, 1);
}

/* --- looking --------------------------------------------------------------------------------- */

static int
open_file (DroverDetectJob *self, GError **error)
{
  /* A pipe would wait for its other end. */
  int fd = open (self->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat info;

  if (fd < 0)
    {
      drover_set_errno_error (error, _("Cannot open %s"), self->path);
      return -1;
    }
  if (fstat (fd, &info) != 0 || !S_ISREG (info.st_mode))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, _("%s is not a file"),
                   self->path);
      close (fd);
      return -1;
    }
  self->found->size = info.st_size;
  return fd;
}

/* Returns how much was read: less than LENGTH at the end of the file. */
static gssize
read_at (int fd, guint8 *data, gsize length, goffset offset)
{
  gsize done = 0;

  while (done < length)
    {
      gssize n = pread (fd, data + done, length - done, offset + done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return -1;
      if (n == 0)
        break;
      done += n;
    }
  return done;
}

static void
look_at_disc (DroverDetectJob *self, const DroverDiscLabel *label)
{
  DroverDetection *found = self->found;

  found->format = g_strdup ("raw");
  found->label = g_strdup (label->volume);
  drover_detect_disc (found, label, self->name);
  if (label->size > found->size)
    {
      g_autofree char *is = g_format_size (found->size);
      g_autofree char *should = g_format_size (label->size);

      g_free (found->note);
      found->note = g_strdup_printf (_("The file is not whole: it has %s of %s. "
                                       "Download it again."), is, should);
    }
}

/* QEMU takes any shell script for a “cloop” image. */
static gboolean
is_image_format (const char *format, const char *name)
{
  return format != NULL && !g_str_equal (format, "raw") &&
    (!g_str_equal (format, "cloop") || g_str_has_suffix (name, ".cloop"));
}

/* Discs that have no ISO 9660 names at all. */
static gboolean
is_udf (const guint8 *sector, gsize length)
{
  return length > 6 && (memcmp (sector + 1, "BEA01", 5) == 0 || memcmp (sector + 1, "NSR0", 4) == 0);
}

static void
look_at_file (DroverDetectJob *self, const guint8 *head, gsize length)
{
  DroverDetection *found = self->found;
  const char *format = drover_image_format_probe (self->path, NULL);

  if (is_image_format (format, self->name))
    {
      found->format = g_strdup (format);
      found->kind = DROVER_MEDIUM_KIND_DISK;
    }
  else
    {
      found->format = g_strdup ("raw");
      drover_detect_by_contents (found, head, length, self->name);
    }

  if (found->kind == DROVER_MEDIUM_KIND_DISK)
    drover_detect_cloud_image (found, self->name);
  if (found->kind == DROVER_MEDIUM_KIND_OTHER && found->note == NULL &&
      g_str_has_suffix (self->name, ".iso"))
    found->note = g_strdup (_("Its name ends in “.iso”, but it is not the image of a CD or DVD. "
                              "Download it again."));
}

static gboolean
look_in_thread (gpointer object, GCancellable *cancellable, GError **error)
{
  DroverDetectJob *self = object;
  g_autofree guint8 *data = g_malloc (HEAD_LENGTH);
  guint8 sector[SECTOR];
  gssize head_length, sector_length;
  g_autoptr (DroverDiscLabel) label = NULL;
  int fd = open_file (self, error);

  if (fd < 0)
    return FALSE;

  head_length = read_at (fd, data, HEAD_LENGTH, 0);
  sector_length = read_at (fd, sector, SECTOR, FIRST_DESCRIPTOR);
  if (head_length < 0 || sector_length < 0)
    {
      drover_set_errno_error (error, _("Cannot read %s"), self->path);
      close (fd);
      return FALSE;
    }
  close (fd);

  label = drover_disc_label_parse (sector, sector_length);
  if (label != NULL)
    look_at_disc (self, label);
  else if (is_udf (sector, sector_length))
    {
      self->found->kind = DROVER_MEDIUM_KIND_DISC;
      self->found->format = g_strdup ("raw");
    }
  else
    look_at_file (self, data, head_length);
  return TRUE;
}

/* --- saying ---------------------------------------------------------------------------------- */

/* “x86_64”, or what stands for none. */
static const char *
get_architecture (const DroverDetection *self)
{
  return self->architecture != NULL ? self->architecture : _("an unknown architecture");
}

static char *
make_disk_text (const DroverDetection *self)
{
  g_autofree char *size = g_format_size_full (self->virtual_size, G_FORMAT_SIZE_IEC_UNITS);

  if (self->virtual_size == 0)
    return g_strdup_printf (_("A disk image (%s)"), self->format);
  return g_strdup_printf (_("A disk image (%s, %s)"), self->format, size);
}

static char *
make_text (const DroverDetection *self)
{
  switch (self->kind)
    {
    case DROVER_MEDIUM_KIND_INSTALLER:
      return g_strdup_printf (_("%s, installer for %s"), self->os_name, get_architecture (self));
    case DROVER_MEDIUM_KIND_LIVE:
      return g_strdup_printf (_("%s, to try and install, for %s"), self->os_name,
                              get_architecture (self));
    case DROVER_MEDIUM_KIND_CLOUD_IMAGE:
      return g_strdup_printf (_("%s, ready-made disk for %s"), self->os_name,
                              get_architecture (self));
    case DROVER_MEDIUM_KIND_DISC:
      return self->label != NULL && *self->label != '\0'
        ? g_strdup_printf (_("A CD or DVD, “%s”"), self->label)
        : g_strdup (_("A CD or DVD"));
    case DROVER_MEDIUM_KIND_DISK:
      return make_disk_text (self);
    case DROVER_MEDIUM_KIND_FLOPPY:
      return g_strdup (_("A floppy disk"));
    case DROVER_MEDIUM_KIND_KERNEL:
      return g_strdup_printf (_("A Linux kernel for %s"), get_architecture (self));
    case DROVER_MEDIUM_KIND_RAM_DISK:
      return g_strdup (_("An initial RAM disk for a Linux kernel"));
    case DROVER_MEDIUM_KIND_EFI:
      return g_strdup_printf (_("A program for UEFI on %s"), get_architecture (self));
    case DROVER_MEDIUM_KIND_OTHER:
    default:
      return g_strdup (self->size == 0 ? _("An empty file")
                                       : _("Nothing that a machine could start from"));
    }
}

static gboolean
needs_inspection (const DroverDetection *self)
{
  return (self->kind == DROVER_MEDIUM_KIND_DISK || self->kind == DROVER_MEDIUM_KIND_CLOUD_IMAGE) &&
    !g_str_equal (self->format, "raw");
}

/* What only qemu-img can read. Without it the image is still an image. */
static void
inspect (DroverDetection *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverImageInfo) info = dex_await_boxed (drover_image_inspect (path), &error);

  if (info == NULL)
    g_set_str (&self->note, error->message);
  else
    {
      self->virtual_size = info->virtual_size;
      g_set_str (&self->format, info->format);
    }
}

static DexFuture *
detect_fiber (gpointer data)
{
  DroverDetectJob *self = data;
  GError *error = NULL;
  g_auto (GValue) value = G_VALUE_INIT;

  if (!dex_await (drover_thread_run (self, look_in_thread, NULL), &error))
    return dex_future_new_for_error (error);

  if (needs_inspection (self->found))
    inspect (self->found, self->path);
  self->found->text = make_text (self->found);
  self->found->template_id = g_strdup (drover_detect_get_template (self->found));

  g_value_init (&value, DROVER_TYPE_DETECTION);
  g_value_set_boxed (&value, self->found);
  return dex_future_new_for_value (&value);
}

/**
 * drover_detect:
 * @path: a file that the user chose
 *
 * Finds out what a file is to a machine: which system is on a disc or a cloud image, what kind of
 * disk, kernel or program it is otherwise. The file is only read, and only its beginning.
 *
 * Returns: (transfer full): a future of a #DroverDetection, also for a file of no use, whose @kind
 *   says so; rejected when @path cannot be read or is not a file
 */
DexFuture *
drover_detect (const char *path)
{
  DroverDetectJob *job;
  g_autofree char *name = NULL;
  g_autofree char *display = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  name = g_path_get_basename (path);
  display = g_filename_display_name (name);
  job = g_object_new (DROVER_TYPE_DETECT_JOB, NULL);
  job->path = g_strdup (path);
  job->name = g_utf8_strdown (display, -1);
  return drover_dex_spawn (detect_fiber, job, g_object_unref);
}
