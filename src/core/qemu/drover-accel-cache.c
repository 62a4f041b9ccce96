/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "drover-accel-private.h"
#include "drover-paths.h"

/*
 * accelerators.ini has one group for each accelerator, machine type and program:
 *
 *   [kvm q35 /usr/bin/qemu-system-x86_64]
 *   identity=…      what must still be the same for the verdict to hold
 *   verdict=passed
 *   reached=RPLOK
 *   milliseconds=12
 *
 * Only verdicts that are final or were long in coming are kept: that it works, and that it
 * hangs. The others are quick to find again, and often change without anything that the
 * identity sees (a group joined, another hypervisor that held the processor).
 */

static const char *const kept_verdicts[] = {
  [DROVER_ACCEL_VERDICT_PASSED] = "passed",
  [DROVER_ACCEL_VERDICT_HUNG] = "hung",
};

static char *
dup_cache_file (void)
{
  g_autofree char *folder = drover_paths_dup_cache_dir ();

  return g_build_filename (folder, "accelerators.ini", NULL);
}

static char *
dup_file_identity (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInfo) info = NULL;
  g_autoptr (GDateTime) changed = NULL;
  g_autofree char *date = NULL;

  info = g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_TIME_MODIFIED
                            "," G_FILE_ATTRIBUTE_TIME_MODIFIED_USEC,
                            G_FILE_QUERY_INFO_NONE, NULL, NULL);
  if (info == NULL || (changed = g_file_info_get_modification_date_time (info)) == NULL)
    return g_strdup ("unknown");

  date = g_date_time_format (changed, "%s.%f");
  return g_strdup_printf ("%" G_GOFFSET_FORMAT " bytes of %s", g_file_info_get_size (info), date);
}

static char *
dup_identity (const char *path,
              const char *device,
              GBytes     *image)
{
  g_autofree char *guest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, image);
  g_autofree char *program = dup_file_identity (path);
  struct utsname kernel = { 0 };
  struct stat node = { 0 };

  /* What cannot be asked stays zero; then the verdict holds until it can be. */
  uname (&kernel);
  stat (device, &node);

  /* The version of a kernel tells its builds apart, the release does not. */
  return g_strdup_printf ("%s %s, program %s, device %o %u:%u, guest %.16s", kernel.release,
                          kernel.version, program, (guint) node.st_mode, (guint) node.st_uid,
                          (guint) node.st_gid, guest);
}

/*
 * _drover_accel_key_new:
 * @program_path: where the program is; symlinks are followed, so that an update of QEMU is
 *   seen behind them
 *
 * Returns: (transfer full): the place of a verdict, and the identity that it holds for
 */
DroverAccelKey *
_drover_accel_key_new (const char *program_path,
                       const char *accelerator,
                       const char *machine,
                       const char *device,
                       GBytes     *image)
{
  DroverAccelKey *key = g_new0 (DroverAccelKey, 1);
  char *real_path = realpath (program_path, NULL);
  const char *path = real_path != NULL ? real_path : program_path;
  g_autofree char *title = g_strdup_printf ("%s %s %s", accelerator, machine, path);

  /* A group's name may not have brackets or control characters. */
  key->group = g_uri_escape_string (title, " /", FALSE);
  key->identity = dup_identity (path, device, image);
  free (real_path);
  return key;
}

void
_drover_accel_key_free (DroverAccelKey *key)
{
  g_free (key->group);
  g_free (key->identity);
  g_free (key);
}

/*
 * _drover_accel_cache_lookup:
 *
 * Returns: (transfer full) (nullable): the verdict that was kept, or %NULL when there is none
 *   that still holds; a file that cannot be read holds none
 */
DroverAccelReport *
_drover_accel_cache_lookup (const DroverAccelKey *key,
                            const char           *accelerator,
                            const char           *letters)
{
  g_autoptr (GKeyFile) cache = g_key_file_new ();
  g_autofree char *file = dup_cache_file ();
  g_autofree char *identity = NULL;
  g_autofree char *verdict = NULL;
  g_autofree char *reached = NULL;
  guint64 milliseconds;

  if (!g_key_file_load_from_file (cache, file, G_KEY_FILE_NONE, NULL))
    return NULL;

  identity = g_key_file_get_string (cache, key->group, "identity", NULL);
  verdict = g_key_file_get_string (cache, key->group, "verdict", NULL);
  reached = g_key_file_get_string (cache, key->group, "reached", NULL);
  milliseconds = g_key_file_get_uint64 (cache, key->group, "milliseconds", NULL);
  if (g_strcmp0 (identity, key->identity) != 0 || reached == NULL)
    return NULL;

  for (guint i = 0; i < G_N_ELEMENTS (kept_verdicts); i++)
    if (g_strcmp0 (verdict, kept_verdicts[i]) == 0)
      return _drover_accel_report_new_for_run (i, accelerator, letters, reached,
                                               MIN (milliseconds, G_MAXUINT), NULL);
  return NULL;
}

/*
 * _drover_accel_cache_store:
 *
 * Keeps the verdict of @report if it is one to keep. That it could not be written is worth a
 * line in the log only: the next start will find the verdict out again.
 */
void
_drover_accel_cache_store (const DroverAccelKey *key,
                           DroverAccelReport    *report)
{
  DroverAccelVerdict verdict = drover_accel_report_get_verdict (report);
  g_autoptr (GKeyFile) cache = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = drover_paths_dup_cache_dir ();
  g_autofree char *file = dup_cache_file ();

  if (verdict >= G_N_ELEMENTS (kept_verdicts))
    return;

  /* What other Drovers kept meanwhile stays; what cannot be read does not. */
  if (!g_key_file_load_from_file (cache, file, G_KEY_FILE_NONE, NULL))
    {
      g_key_file_unref (cache);
      cache = g_key_file_new ();
    }

  g_key_file_remove_group (cache, key->group, NULL);
  g_key_file_set_string (cache, key->group, "identity", key->identity);
  g_key_file_set_string (cache, key->group, "verdict", kept_verdicts[verdict]);
  g_key_file_set_string (cache, key->group, "reached", drover_accel_report_get_reached (report));
  g_key_file_set_uint64 (cache, key->group, "milliseconds",
                         drover_accel_report_get_milliseconds (report));

  g_mkdir_with_parents (folder, 0700);
  if (!g_key_file_save_to_file (cache, file, &error))
    g_info ("The verdict on %s is not kept: %s", key->group, error->message);
}
