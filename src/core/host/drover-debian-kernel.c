/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "drover-debian-kernel.h"
#include "drover-paths.h"

/* Where the packages debian-installer-N-netboot-ARCH put their files, below N. */
#define IMAGES_FOLDER "/usr/lib/debian-installer/images"

static const struct
{
  const char *qemu;
  const char *debian;
} architectures[] = {
  { "aarch64", "arm64" },
  { "x86_64", "amd64" },
};

G_DEFINE_BOXED_TYPE (DroverDebianKernel, drover_debian_kernel,
                     drover_debian_kernel_copy, drover_debian_kernel_free)

/**
 * drover_debian_kernel_copy:
 *
 * Returns: (transfer full): a copy of @self
 */
DroverDebianKernel *
drover_debian_kernel_copy (const DroverDebianKernel *self)
{
  DroverDebianKernel *copy = g_new0 (DroverDebianKernel, 1);

  copy->architecture = g_strdup (self->architecture);
  copy->kernel = g_strdup (self->kernel);
  copy->initrd = g_strdup (self->initrd);
  copy->origin = g_strdup (self->origin);
  return copy;
}

/**
 * drover_debian_kernel_free:
 * @self: (transfer full): what to free
 */
void
drover_debian_kernel_free (DroverDebianKernel *self)
{
  g_free (self->architecture);
  g_free (self->kernel);
  g_free (self->initrd);
  g_free (self->origin);
  g_free (self);
}

/**
 * drover_debian_kernel_get_debian_name:
 * @architecture: in QEMU's words: what follows `qemu-system-`
 *
 * Returns: (nullable): Debian's name for @architecture, or %NULL when Hello World does
 *   not exist for it
 */
const char *
drover_debian_kernel_get_debian_name (const char *architecture)
{
  for (guint i = 0; i < G_N_ELEMENTS (architectures); i++)
    if (g_strcmp0 (architecture, architectures[i].qemu) == 0)
      return architectures[i].debian;

  return NULL;
}

/**
 * drover_debian_kernel_dup_folder:
 * @architecture: in QEMU's words, and known to drover_debian_kernel_get_debian_name()
 *
 * Returns: (transfer full): where downloaded kernels for @architecture are kept
 */
char *
drover_debian_kernel_dup_folder (const char *architecture)
{
  g_autofree char *media = drover_paths_dup_media_dir ();
  const char *debian_name = drover_debian_kernel_get_debian_name (architecture);

  g_return_val_if_fail (debian_name != NULL, NULL);

  return g_build_filename (media, "debian-installer", debian_name, NULL);
}

static gboolean
is_readable_file (const char *path)
{
  return g_file_test (path, G_FILE_TEST_IS_REGULAR) && g_access (path, R_OK) == 0;
}

/* The kernel in FOLDER, or NULL when it or its RAM disk is not there. */
static DroverDebianKernel *
find_in (const char *folder,
         const char *architecture)
{
  g_autoptr (DroverDebianKernel) self = g_new0 (DroverDebianKernel, 1);

  self->architecture = g_strdup (architecture);
  self->kernel = g_build_filename (folder, "linux", NULL);
  self->initrd = g_build_filename (folder, "initrd.gz", NULL);

  if (!is_readable_file (self->kernel) || !is_readable_file (self->initrd))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * drover_debian_kernel_find_installed:
 * @architecture: in QEMU's words
 * @images_folder: (nullable): where Debian's packages put their images, %NULL for the
 *   usual place; a test says otherwise
 *
 * Looks for the files of an installed package debian-installer-N-netboot-ARCH; of several,
 * the newest Debian release (the highest N) wins.
 *
 * Returns: (transfer full) (nullable): the kernel, or %NULL when there is none
 */
DroverDebianKernel *
drover_debian_kernel_find_installed (const char *architecture,
                                     const char *images_folder)
{
  const char *debian_name = drover_debian_kernel_get_debian_name (architecture);
  const char *base = images_folder != NULL ? images_folder : IMAGES_FOLDER;
  g_autoptr (GDir) dir = NULL;
  g_autoptr (DroverDebianKernel) newest = NULL;
  guint64 newest_release = 0;
  const char *name;

  if (debian_name == NULL || (dir = g_dir_open (base, 0, NULL)) == NULL)
    return NULL;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *folder = g_build_filename (base, name, debian_name, "text",
                                                  "debian-installer", debian_name, NULL);
      DroverDebianKernel *found;
      guint64 release;

      if (!g_ascii_string_to_unsigned (name, 10, newest_release + 1, G_MAXUINT, &release, NULL) ||
          (found = find_in (folder, architecture)) == NULL)
        continue;

      found->origin = g_strdup_printf (_("from the installed package "
                                         "debian-installer-%s-netboot-%s"), name, debian_name);
      g_clear_pointer (&newest, drover_debian_kernel_free);
      newest = found;
      newest_release = release;
    }
  return g_steal_pointer (&newest);
}

/**
 * drover_debian_kernel_find_downloaded:
 * @architecture: in QEMU's words
 *
 * Looks for what a #DroverKernelJob downloaded earlier. Both files were checked before
 * they got their names.
 *
 * Returns: (transfer full) (nullable): the kernel, or %NULL when there is none
 */
DroverDebianKernel *
drover_debian_kernel_find_downloaded (const char *architecture)
{
  g_autofree char *folder = NULL;
  g_autofree char *note = NULL;
  g_autofree char *site = NULL;
  DroverDebianKernel *self;

  if (drover_debian_kernel_get_debian_name (architecture) == NULL)
    return NULL;

  folder = drover_debian_kernel_dup_folder (architecture);
  if ((self = find_in (folder, architecture)) == NULL)
    return NULL;

  note = g_build_filename (folder, "site", NULL);
  if (g_file_get_contents (note, &site, NULL, NULL) &&
      g_utf8_validate (g_strstrip (site), -1, NULL))
    self->origin = g_strdup_printf (_("downloaded from %s, checked"), site);
  else
    self->origin = g_strdup (_("downloaded earlier, checked"));
  return self;
}
