/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include "drover-error.h"
#include "drover-json.h"
#include "drover-service-entry.h"
#include "drover-share.h"

/* virtiofsd on this host. It makes itself a sandbox of the folder and nothing else: as an ordinary
 * user in a user namespace, as root in a mount namespace. Neither needs any rights that Drover does
 * not have. Where namespaces are forbidden the entry's `sandbox` can be set to `chroot` (for root) or
 * `none`. */

/* A program that is not for users to call lies in different places. */
static const char *const places[] = { "/usr/libexec/virtiofsd", "/usr/lib/virtiofsd",
                                      "/usr/lib/qemu/virtiofsd", "/usr/local/libexec/virtiofsd" };

/**
 * drover_virtiofs_find:
 * @error: set to %DROVER_ERROR_PROGRAM_MISSING; says what to install
 *
 * Returns: (transfer full) (nullable): the path of virtiofsd
 */
char *
drover_virtiofs_find (GError **error)
{
  char *path = g_find_program_in_path ("virtiofsd");

  for (guint i = 0; path == NULL && i < G_N_ELEMENTS (places); i++)
    if (g_file_test (places[i], G_FILE_TEST_IS_EXECUTABLE))
      path = g_strdup (places[i]);

  if (path == NULL)
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_PROGRAM_MISSING,
                 _("Sharing a folder by virtiofs needs the program virtiofsd, which is not "
                   "installed. Debian, Ubuntu, Fedora and Arch have it in the package virtiofsd. "
                   "9p needs nothing but QEMU."));
  return path;
}

static DroverServicePlan *
make_plan (const char *program, const DroverShare *share, JsonObject *entry, const char *directory,
           const char *log_dir)
{
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  DroverServicePlan *plan = drover_service_plan_new (directory, share->socket);
  const char *sandbox = drover_service_entry_get (entry, "sandbox");

  plan->id = g_strdup_printf ("virtiofs-%s", share->id);
  plan->title = g_strdup_printf (_("virtiofsd for “%s”"), share->path);
  plan->log = drover_service_dup_log (plan->id, log_dir);
  plan->single = TRUE;

  g_strv_builder_add (argv, program);
  g_strv_builder_take (argv, g_strdup_printf ("--socket-path=%s", plan->address));
  g_strv_builder_take (argv, g_strdup_printf ("--shared-dir=%s", share->path));
  if (share->read_only)
    g_strv_builder_add (argv, "--readonly");
  if (sandbox != NULL)
    g_strv_builder_take (argv, g_strdup_printf ("--sandbox=%s", sandbox));
  plan->argv = g_strv_builder_end (argv);
  return plan;
}

/* A folder that is gone would only be said by virtiofsd, in other words. */
static gboolean
check_folder (const DroverShare *share, GError **error)
{
  if (share->path != NULL && g_file_test (share->path, G_FILE_TEST_IS_DIR))
    return TRUE;

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
               _("The folder “%s” that the machine shares is not there"),
               share->path != NULL ? share->path : "");
  return FALSE;
}

/**
 * drover_virtiofs_add_plans:
 * @machine: a machine that is about to start
 * @document: what it is to be
 * @log_dir: its log folder
 * @plans: (element-type DroverServicePlan): where to add what is to be started
 * @error: set when something lacks
 *
 * Plans a virtiofsd for each folder that the machine shares by virtiofs and Drover sees to.
 *
 * Returns: whether the machine can have all of them
 */
gboolean
drover_virtiofs_add_plans (DroverMachine *machine, DroverDocument *document, const char *log_dir,
                           GPtrArray *plans, GError **error)
{
  g_autoptr (GPtrArray) shares = drover_shares_list (document);
  g_autofree char *program = NULL;

  for (guint i = 0; i < shares->len; i++)
    {
      const DroverShare *share = shares->pdata[i];

      if (!share->by_drover || !share->enabled)
        continue;
      if (!check_folder (share, error) ||
          (program == NULL && (program = drover_virtiofs_find (error)) == NULL))
        return FALSE;
      g_ptr_array_add (plans,
                       make_plan (program, share,
                                  drover_service_entry_find (document, DROVER_SERVICE_VIRTIOFS,
                                                             share->socket),
                                  drover_machine_get_directory (machine), log_dir));
    }

  return TRUE;
}
