/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drover-image-use.h"
#include "drover-machine.h"
#include "drover-run-record.h"

/* Who has an image open, so that no two write to it.
 *
 * QEMU says what it does with a file, and what nobody else may do, by locks on single bytes of it
 * (`block/file-posix.c`): byte 100 + n is locked by who needs permission n, byte 200 + n by who
 * does not share it. To write is number 1. These locks belong to open files, not processes, so the
 * kernel does not tell whose they are; who has the file open is looked up in /proc. */
#define BYTE_WRITES 101
#define BYTE_SHARES_NO_WRITING 201

/**
 * drover_image_holder_free:
 *
 * Frees what is known of the holder.
 */
void
drover_image_holder_free (DroverImageHolder *self)
{
  g_free (self->path);
  g_free (self->command);
  g_free (self->name);
  g_free (self->folder);
  g_free (self);
}

static gboolean
is_locked (int fd, goffset byte)
{
#ifdef F_OFD_GETLK
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };

  return fcntl (fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
#else
  return FALSE;
#endif
}

/* Whether QEMU would be refused: the very look that it takes itself. */
static gboolean
is_refused (const DroverImageUse *use)
{
  int fd = open (use->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  gboolean refused;

  if (fd < 0)
    return FALSE;

  refused = (use->writes && is_locked (fd, BYTE_SHARES_NO_WRITING)) ||
            (!use->shares && is_locked (fd, BYTE_WRITES));
  close (fd);
  return refused;
}

typedef struct
{
  gboolean open;
  gboolean locked;
  gboolean writes;
} Hold;

static void
read_info (const char *process, const char *fd, Hold *hold)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/fdinfo/%s", process, fd);
  g_autofree char *text = NULL;
  const char *flags;

  hold->open = TRUE;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return;

  flags = strstr (text, "flags:");
  hold->locked |= strstr (text, "lock:") != NULL;
  hold->writes |= flags != NULL &&
                  (strtoul (flags + strlen ("flags:"), NULL, 8) & O_ACCMODE) != O_RDONLY;
}

/* What a process has to do with a file. Those of others cannot be seen. */
static Hold
look_at (const char *process, const struct stat *file)
{
  g_autofree char *folder = g_strdup_printf ("/proc/%s/fd", process);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  Hold hold = { FALSE, FALSE, FALSE };
  const char *fd;

  while (dir != NULL && (fd = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, fd, NULL);
      struct stat info;

      if (stat (path, &info) == 0 && info.st_dev == file->st_dev && info.st_ino == file->st_ino &&
          info.st_rdev == file->st_rdev)
        read_info (process, fd, &hold);
    }

  return hold;
}

static char *
dup_command (const char *process)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/cmdline", process);
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, NULL) || length == 0)
    return NULL;

  /* The program is enough to know it by. */
  return g_path_get_basename (text);
}

/* The process that has it open, best with a lock on it; 0 for none that can be seen. */
static int
find_process (const struct stat *file)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
  const char *process;
  int found = 0;

  while (dir != NULL && (process = g_dir_read_name (dir)) != NULL)
    {
      Hold hold = { FALSE, FALSE, FALSE };

      if (g_ascii_isdigit (*process) && atoi (process) != getpid ())
        hold = look_at (process, file);
      if (hold.locked)
        return atoi (process);
      if (hold.open)
        found = atoi (process);
    }

  return found;
}

static DroverImageHolder *
holder_new (const char *path, int pid, gboolean writes, const DroverRunRecord *record)
{
  DroverImageHolder *self = g_new0 (DroverImageHolder, 1);
  g_autofree char *process = g_strdup_printf ("%d", pid);

  self->path = g_strdup (path);
  self->pid = pid;
  self->writes = writes;
  if (pid > 0)
    self->command = dup_command (process);
  if (record != NULL && record->folder != NULL)
    {
      g_autoptr (DroverMachine) machine = drover_machine_new (record->folder);

      self->folder = g_strdup (record->folder);
      self->name = g_strdup (drover_machine_get_name (machine));
    }
  return self;
}

static DroverImageHolder *
find_machine (GPtrArray *records, const DroverImageUse *use, const struct stat *file,
              gboolean refused)
{
  for (guint i = 0; i < records->len; i++)
    {
      const DroverRunRecord *record = records->pdata[i];
      g_autofree char *process = g_strdup_printf ("%d", (int) record->pid);
      Hold hold = look_at (process, file);

      /* Where a file system has no such locks, or that machine's are off, an open file has to
       * do. */
      if (hold.open && (refused || (use->writes && !use->shares && hold.writes)))
        return holder_new (use->path, record->pid, use->writes, record);
    }

  return NULL;
}

static DroverImageHolder *
find_holder (GPtrArray *records, const DroverImageUse *use, gboolean refused)
{
  DroverImageHolder *holder;
  struct stat file;

  if (stat (use->path, &file) != 0)
    return NULL;

  holder = find_machine (records, use, &file, refused);
  if (holder == NULL && refused)
    holder = holder_new (use->path, find_process (&file), use->writes, NULL);
  return holder;
}

/**
 * drover_image_uses_find_holder:
 * @uses: (element-type DroverImageUse): what a machine is about to open
 *
 * Files are the same when device and inode are, by whatever name.
 *
 * Returns: (transfer full) (nullable): who has one of them in a way that does not go together
 */
DroverImageHolder *
drover_image_uses_find_holder (GPtrArray *uses)
{
  g_autoptr (GPtrArray) records = uses->len > 0 ? drover_run_record_list_alive () : NULL;

  for (guint i = 0; i < uses->len; i++)
    {
      DroverImageHolder *holder = find_holder (records, uses->pdata[i], is_refused (uses->pdata[i]));

      if (holder != NULL)
        return holder;
    }

  return NULL;
}

/* @lock: QEMU's words from where it says which lock it did not get */
static DroverImageHolder *
find_lock_holder (const char *lock, const char *image, const char *directory)
{
  g_autoptr (GPtrArray) records = drover_run_record_list_alive ();
  g_autofree char *path = g_canonicalize_filename (image, directory);
  const DroverImageUse use = { path, g_str_has_prefix (lock, "Failed to get \"write\""), FALSE };

  return find_holder (records, &use, TRUE);
}

/**
 * drover_image_holder_find_said:
 * @words: what QEMU said when it ended
 * @directory: where it was started
 *
 * Somebody may have taken an image between our look and QEMU's own: “Failed to get "write" lock. Is
 * another process using the image [disk.qcow2]?”
 *
 * Returns: (transfer full) (nullable): who that is; %NULL when QEMU said something else
 */
DroverImageHolder *
drover_image_holder_find_said (const char *words, const char *directory)
{
  static const char question[] = "Is another process using the image [";
  const char *lock = strstr (words, "Failed to get ");
  const char *start = lock != NULL ? strstr (lock, question) : NULL;
  const char *end = start != NULL ? strstr (start, "]?") : NULL;
  g_autofree char *name = NULL;

  if (end == NULL)
    return NULL;

  start += strlen (question);
  name = g_strndup (start, end - start);
  return find_lock_holder (lock, name, directory);
}

/**
 * drover_image_holder_find_refused:
 * @words: what a running QEMU answered
 * @image: an image that it was to open
 * @directory: where it was started
 *
 * On QMP it says only “Failed to get "write" lock”, and not of which image.
 *
 * Returns: (transfer full) (nullable): who has @image; %NULL when nobody is known to, or QEMU said
 *   something else
 */
DroverImageHolder *
drover_image_holder_find_refused (const char *words, const char *image, const char *directory)
{
  const char *lock = strstr (words, "Failed to get ");
  g_autoptr (DroverImageHolder) holder = NULL;

  if (lock == NULL || strstr (lock, " lock") == NULL)
    return NULL;

  holder = find_lock_holder (lock, image, directory);
  return holder != NULL && holder->pid > 0 ? g_steal_pointer (&holder) : NULL;
}

/**
 * drover_image_holder_describe:
 *
 * Returns: (transfer full): for people: which file, who has it, and what to do
 */
char *
drover_image_holder_describe (const DroverImageHolder *self)
{
  const char *why = self->writes
    ? _("Two that write to one disk image destroy what is on it.")
    : _("A disk that somebody writes to cannot be read as if it stood still.");

  if (self->name != NULL)
    return g_strdup_printf (_("“%s” is in use by the machine “%s” (process %d). %s End that machine "
                              "first, or give this one a disk of its own."),
                            self->path, self->name, self->pid, why);
  if (self->pid > 0)
    return g_strdup_printf (_("“%s” is in use by process %d (%s). %s End that process first, or "
                              "give this machine a disk of its own."),
                            self->path, self->pid,
                            self->command != NULL ? self->command : _("unknown"), why);

  return g_strdup_printf (_("“%s” is in use by another user’s process. %s Give this machine a disk "
                            "of its own, or wait."), self->path, why);
}
