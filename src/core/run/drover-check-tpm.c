/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>

#include "drover-check-private.h"
#include "drover-keyval.h"
#include "drover-tpm.h"

/* A dry run has a TPM of its own, new and without keys, so that the machine's is not touched and
 * QEMU looks at all arguments. */

#define SOCKET_NAME "tpm.sock"

static DroverServicePlan *
make_plan (DroverCheckPlan *self, const char *version)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  DroverServicePlan *plan = g_new0 (DroverServicePlan, 1);

  g_strv_builder_add_many (builder, "swtpm", "socket", "--tpmstate", "dir=.", "--ctrl",
                           "type=unixio,path=" SOCKET_NAME, "--terminate", NULL);
  if (g_str_equal (version, DROVER_TPM_2_0))
    g_strv_builder_add (builder, "--tpm2");
  plan->id = g_strdup ("tpm");
  plan->title = g_strdup ("swtpm");
  plan->argv = g_strv_builder_end (builder);
  plan->directory = g_strdup (self->scratch);
  plan->socket = g_strdup (SOCKET_NAME);
  plan->log = _drover_check_plan_dup_scratch_path (self, "swtpm");
  return plan;
}

/*
 * _drover_check_start_tpm:
 *
 * Starts the TPM of a machine for which Drover runs one.
 */
void
_drover_check_start_tpm (DroverCheckPlan *self)
{
  const char *version = drover_tpm_get_version (self->document);
  g_auto (DroverTpmReading) reading = { -1, -1, -1, NULL, NULL };
  g_autoptr (DroverServicePlan) plan = NULL;
  DroverService *service = NULL;
  g_autoptr (GError) error = NULL;

  drover_tpm_read (drover_document_get_arguments (self->document), &reading);
  if (version == NULL || reading.socket == NULL)
    return;

  if (drover_tpm_is_installed (&error))
    {
      plan = make_plan (self, version);
      service = drover_service_spawn (plan, &error);
    }
  if (service != NULL)
    g_ptr_array_add (self->services, service);
  if (service != NULL && drover_service_await_ready (service, &error))
    self->tpm_chardev = reading.chardev;
  else
    g_ptr_array_add (self->problems, _drover_check_problem_new (reading.tpmdev, TRUE,
                                                                g_strdup (error->message)));
}

/*
 * _drover_check_dup_tpm_chardev:
 *
 * Returns: (transfer full): the `-chardev` of the machine's TPM, leading to that of the check
 */
char *
_drover_check_dup_tpm_chardev (DroverCheckPlan *self, const char *value)
{
  g_autofree char *path = g_build_filename (self->scratch, SOCKET_NAME, NULL);

  return drover_keyval_set (value, "backend", "path", path);
}
