/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-catalogue-board.h"
#include "drover-program.h"
#include "drover-tpm.h"
#include "setting-tpm.h"

#define TPM_VERSION "tpm.version"
#define TPM_PAGE "firmware"
#define TPM_TITLE N_("Trusted Platform Module")
#define TPM_SUMMARY \
  N_("A chip that keeps keys where no program can read them. Windows 11 asks for 2.0.")

static const char *const versions[] = { DROVER_TPM_2_0, DROVER_TPM_1_2 };

/* Where it shows on the command line. */
static const struct
{
  const char *option;
  const char *key;
  const char *means;
} places[] = {
  { "tpmdev", "chardev", "emulator" },
  { "device", "tpmdev", NULL },
};

static void
set_text (JsonObject *object, const char *member, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, member, text);
  else
    json_object_set_null_member (object, member);
}

static DroverDocument *
open_document (DroverMachine *machine, GError **error)
{
  if (machine == NULL)
    return NULL;
  if (drover_machine_get_error (machine) != NULL)
    {
      g_propagate_error (error, g_error_copy (drover_machine_get_error (machine)));
      return NULL;
    }

  return drover_machine_get_document (machine);
}

/**
 * is_tpm:
 *
 * Returns: whether that is the setting
 */
gboolean
is_tpm (const char *setting)
{
  return g_str_equal (setting, TPM_VERSION);
}

/**
 * describe_tpm:
 *
 * Returns: (transfer full): what it is in a machine, for --json, as describe() has the others
 */
JsonObject *
describe_tpm (DroverDocument *document)
{
  const char *version = drover_tpm_get_version (document);
  g_auto (DroverTpmReading) reading = { -1, -1, -1, NULL, NULL };
  JsonObject *object = json_object_new ();

  drover_tpm_read (drover_document_get_arguments (document), &reading);
  json_object_set_string_member (object, "setting", TPM_VERSION);
  json_object_set_string_member (object, "page", TPM_PAGE);
  json_object_set_string_member (object, "title", _(TPM_TITLE));
  json_object_set_string_member (object, "state", version != NULL ? "value" : "absent");
  set_text (object, "text", version);
  set_text (object, "device", reading.model);
  json_object_set_int_member (object, "argument", reading.tpmdev);
  return object;
}

/**
 * describe_tpm_setting:
 *
 * Returns: (transfer full): what can be said of it, for “settings --json”
 */
JsonObject *
describe_tpm_setting (void)
{
  JsonObject *object = json_object_new ();
  JsonArray *place_array = json_array_new ();
  JsonArray *choices = json_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      JsonObject *place = json_object_new ();

      json_object_set_string_member (place, "option", places[i].option);
      json_object_set_string_member (place, "key", places[i].key);
      set_text (place, "means", places[i].means);
      json_array_add_object_element (place_array, place);
    }
  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    json_array_add_string_element (choices, versions[i]);

  json_object_set_string_member (object, "id", TPM_VERSION);
  json_object_set_null_member (object, "part");
  json_object_set_string_member (object, "page", TPM_PAGE);
  json_object_set_null_member (object, "group");
  json_object_set_string_member (object, "title", _(TPM_TITLE));
  json_object_set_string_member (object, "summary", _(TPM_SUMMARY));
  json_object_set_string_member (object, "kind", "choice");
  json_object_set_array_member (object, "places", place_array);
  json_object_set_array_member (object, "choices", choices);
  json_object_set_string_member (object, "absent", _("none"));
  json_object_set_null_member (object, "unit");
  return object;
}

/**
 * print_tpm_setting:
 *
 * Says the same for people.
 */
void
print_tpm_setting (void)
{
  g_print ("%s\n    %s. %s\n    -tpmdev emulator, -device …,tpmdev=\n", TPM_VERSION, _(TPM_TITLE),
           _(TPM_SUMMARY));
}

/**
 * get_tpm:
 *
 * Prints what it is.
 */
gboolean
get_tpm (Invocation *invocation, GError **error)
{
  DroverMachine *machine = find_machine (invocation, error);
  DroverDocument *document = open_document (machine, error);
  const char *version;

  if (document == NULL)
    return FALSE;

  version = drover_tpm_get_version (document);
  if (option_json)
    print_json_take (describe_tpm (document));
  else if (version != NULL)
    g_print ("%s\n", version);
  return TRUE;
}

/**
 * write_tpm:
 * @version: (nullable): `2.0` or `1.2`; %NULL for none
 *
 * Changes it, with the arguments that belong to it.
 */
gboolean
write_tpm (Invocation *invocation, const char *version, GError **error)
{
  DroverMachine *machine = find_machine (invocation, error);
  DroverDocument *before = open_document (machine, error);
  g_autoptr (DroverCatalogue) catalogue = NULL;
  g_autoptr (DroverDocument) document = NULL;
  g_autoptr (GPtrArray) arguments = NULL;
  g_autoptr (GError) missing = NULL;
  g_autofree char *program = NULL;
  g_autofree char *type = NULL;

  if (before == NULL)
    return FALSE;

  program = drover_program_resolve (drover_document_get_program (before),
                                    drover_machine_get_directory (machine));
  arguments = list_all_arguments (machine);
  /* Without the program the devices are known by its name. */
  catalogue = dex_await_object (drover_catalogue_load (program), NULL);
  if (catalogue != NULL)
    type = drover_catalogue_dup_machine (catalogue, arguments, NULL);
  document = drover_tpm_apply (before, version, type, catalogue, error);
  if (document == NULL)
    return FALSE;
  if (drover_document_equal (document, before))
    return TRUE;
  if (!drover_machine_save (machine, document, error))
    return FALSE;

  if (version != NULL && !drover_tpm_is_installed (&missing))
    g_printerr ("%s\n", missing->message);
  tell_when_it_counts (machine);
  return TRUE;
}
