/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-arguments.h"
#include "drover-catalogue-board.h"
#include "drover-check-private.h"
#include "drover-error.h"
#include "drover-json.h"
#include "drover-keyval.h"
#include "drover-program.h"
#include "drover-tpm.h"

/* A machine's TPM as its document has it: the arguments, and the member `services.tpm`. What is
 * done about it on this host is in drover-tpm-state.c. */

#define SOCKET_NAME "tpm.sock"

/**
 * drover_tpm_reading_clear:
 *
 * Frees what the reading holds.
 */
void
drover_tpm_reading_clear (DroverTpmReading *self)
{
  g_clear_pointer (&self->socket, g_free);
  g_clear_pointer (&self->model, g_free);
}

static gboolean
is_field (const char *value, const char *implied, const char *key, const char *expected)
{
  g_autofree char *text = _drover_check_dup_field (value, implied, key);

  return expected != NULL && g_strcmp0 (text, expected) == 0;
}

/* The first enabled argument of an option whose @key is @expected, or -1. */
static int
find (GPtrArray *arguments, const char *option, const char *implied, const char *key,
      const char *expected)
{
  for (guint i = 0; i < arguments->len; i++)
    {
      const char *value = drover_argument_get_value (arguments->pdata[i]);

      if (value != NULL && drover_argument_get_enabled (arguments->pdata[i]) &&
          g_str_equal (drover_argument_get_option (arguments->pdata[i]), option) &&
          is_field (value, implied, key, expected))
        return i;
    }

  return -1;
}

static char *
dup_field (GPtrArray *arguments, int index, const char *implied, const char *key)
{
  return index < 0 ? NULL
                   : _drover_check_dup_field (drover_argument_get_value (arguments->pdata[index]),
                                              implied, key);
}

/**
 * drover_tpm_read:
 * @arguments: (element-type DroverArgument): a machine's
 * @reading: (out caller-allocates): what they say of an emulated TPM
 *
 * Reads; a TPM that is switched off is none.
 */
void
drover_tpm_read (GPtrArray *arguments, DroverTpmReading *reading)
{
  g_autofree char *id = NULL;
  g_autofree char *chardev = NULL;
  g_autofree char *backend = NULL;
  g_autofree char *server = NULL;

  *reading = (DroverTpmReading) { -1, -1, -1, NULL, NULL };
  reading->tpmdev = find (arguments, "tpmdev", "type", "type", "emulator");
  id = dup_field (arguments, reading->tpmdev, "type", "id");
  chardev = dup_field (arguments, reading->tpmdev, "type", "chardev");
  if (chardev != NULL)
    reading->chardev = find (arguments, "chardev", "backend", "id", chardev);
  if (id != NULL)
    reading->device = find (arguments, "device", "driver", "tpmdev", id);

  reading->model = dup_field (arguments, reading->device, "driver", "driver");
  backend = dup_field (arguments, reading->chardev, "backend", "backend");
  server = dup_field (arguments, reading->chardev, "backend", "server");
  if (g_strcmp0 (backend, "socket") == 0 && (server == NULL || g_str_equal (server, "off")))
    reading->socket = dup_field (arguments, reading->chardev, "backend", "path");
}

static JsonObject *
get_object (JsonObject *parent, const char *member)
{
  JsonNode *node = parent != NULL ? json_object_get_member (parent, member) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static JsonObject *
get_services (DroverDocument *document)
{
  JsonNode *node = drover_document_get_member (document, "services");

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/**
 * drover_tpm_get_version:
 *
 * Returns: (nullable): `2.0` or `1.2` when Drover runs a TPM for the machine
 */
const char *
drover_tpm_get_version (DroverDocument *document)
{
  JsonObject *tpm = get_object (get_services (document), "tpm");
  JsonNode *node = tpm != NULL ? json_object_get_member (tpm, "version") : NULL;
  const char *version = node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
                          ? json_node_get_string (node)
                          : NULL;

  if (g_strcmp0 (version, DROVER_TPM_2_0) == 0)
    return DROVER_TPM_2_0;

  return g_strcmp0 (version, DROVER_TPM_1_2) == 0 ? DROVER_TPM_1_2 : NULL;
}

static DroverDocument *
with_version (DroverDocument *document, const char *version)
{
  JsonNode *old = drover_document_get_member (document, "services");
  g_autoptr (JsonNode) node = get_services (document) != NULL ? drover_json_copy (old)
                                                              : json_node_new (JSON_NODE_OBJECT);
  JsonObject *services;
  JsonObject *tpm;

  if (get_services (document) == NULL)
    json_node_take_object (node, json_object_new ());
  services = json_node_get_object (node);
  if (version == NULL)
    {
      if (json_object_has_member (services, "tpm"))
        json_object_remove_member (services, "tpm");
      return drover_document_with_member (document, "services",
                                          json_object_get_size (services) > 0 ? node : NULL);
    }

  tpm = get_object (services, "tpm");
  tpm = tpm != NULL ? json_object_ref (tpm) : json_object_new ();
  json_object_set_string_member (tpm, "version", version);
  json_object_set_object_member (services, "tpm", tpm);
  return drover_document_with_member (document, "services", node);
}

/* The devices, by architecture and by what the machine can hold. CRB speaks only 2.0. */
static const struct
{
  const char *architecture; /* its beginning */
  const char *machine;      /* its beginning; NULL for any */
  const char *version;      /* NULL for both */
  const char *device;
} devices[] = {
  { "x86_64", NULL, DROVER_TPM_2_0, "tpm-crb" },
  { "x86_64", NULL, NULL, "tpm-tis" },
  { "i386", NULL, DROVER_TPM_2_0, "tpm-crb" },
  { "i386", NULL, NULL, "tpm-tis" },
  { "amd64", NULL, DROVER_TPM_2_0, "tpm-crb" },
  { "amd64", NULL, NULL, "tpm-tis" },
  { "aarch64", "virt", NULL, "tpm-tis-device" },
  { "arm", "virt", NULL, "tpm-tis-device" },
  { "riscv", "virt", NULL, "tpm-tis-device" },
  { "loong", "virt", NULL, "tpm-tis-device" },
  { "ppc64", "pseries", NULL, "tpm-spapr" },
  { "ppc64", NULL, NULL, "tpm-spapr" },
};

static gboolean
offers (DroverCatalogue *catalogue, const char *device)
{
  DroverCatalogueDevice found;

  return catalogue == NULL || drover_catalogue_find_device (catalogue, device, &found);
}

/**
 * drover_tpm_choose_device:
 * @program: the machine's program, asked for its architecture when there is no @catalogue
 * @machine: (nullable): its machine type; %NULL for the program's default
 * @version: `2.0` or `1.2`
 * @catalogue: (nullable): what this QEMU offers
 * @error: set when this machine can have no TPM
 *
 * Returns: (nullable): the device: `tpm-crb`, `tpm-tis`, `tpm-tis-device` or `tpm-spapr`
 */
const char *
drover_tpm_choose_device (const char *program, const char *machine, const char *version,
                          DroverCatalogue *catalogue, GError **error)
{
  const char *architecture = catalogue != NULL ? drover_catalogue_get_architecture (catalogue)
                                               : drover_program_get_architecture (program);

  for (guint i = 0; architecture != NULL && i < G_N_ELEMENTS (devices); i++)
    {
      gboolean by_default = machine == NULL && g_strcmp0 (devices[i].machine, "pseries") == 0;

      if (g_str_has_prefix (architecture, devices[i].architecture) &&
          (devices[i].machine == NULL || by_default ||
           (machine != NULL && g_str_has_prefix (machine, devices[i].machine))) &&
          (devices[i].version == NULL || g_str_equal (devices[i].version, version)) &&
          offers (catalogue, devices[i].device))
        return devices[i].device;
    }

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
               _("This QEMU has no TPM %s for the machine “%s” (%s)"), version,
               machine != NULL ? machine : _("default"),
               architecture != NULL ? architecture : program);
  return NULL;
}

/* An id that nothing has yet. */
static char *
dup_free_id (GPtrArray *arguments, const char *option, const char *implied, const char *stem)
{
  char *id = g_strdup (stem);

  for (guint n = 1; find (arguments, option, implied, "id", id) >= 0; n++)
    {
      g_free (id);
      id = g_strdup_printf ("%s-%u", stem, n);
    }

  return id;
}

/* QEMU makes the socket's name complete from where it is started. Elsewhere than in the machine's
 * own folder another machine may be started too. */
static char *
dup_socket (DroverDocument *document)
{
  if (drover_document_get_directory (document) == NULL)
    return g_strdup (SOCKET_NAME);

  return g_strdup_printf ("tpm-%.8s.sock", drover_document_get_uuid (document));
}

static void
say (GPtrArray *arguments, const char *flag, char *value, const char *note)
{
  g_autofree char *text = value;
  g_autoptr (DroverArgument) argument = drover_argument_new (flag, text);

  g_ptr_array_add (arguments, drover_argument_with_note (argument, note));
}

static void
add_tpm (GPtrArray *arguments, DroverDocument *document, const char *device)
{
  g_autofree char *id = dup_free_id (arguments, "tpmdev", "type", "tpm0");
  g_autofree char *chardev = dup_free_id (arguments, "chardev", "backend", "chrtpm");
  g_autofree char *socket = dup_socket (document);

  say (arguments, "-chardev", g_strdup_printf ("socket,id=%s,path=%s", chardev, socket),
       _("How QEMU reaches the TPM emulator, swtpm, which Drover runs."));
  say (arguments, "-tpmdev", g_strdup_printf ("emulator,id=%s,chardev=%s", id, chardev),
       _("A security chip that holds keys; it is emulated outside of QEMU."));
  say (arguments, "-device", g_strdup_printf ("%s,tpmdev=%s", device, id),
       _("The security chip as the guest sees it."));
}

static gboolean
is_used_by_others (GPtrArray *arguments, const DroverTpmReading *reading)
{
  g_autofree char *id = dup_field (arguments, reading->chardev, "backend", "id");
  g_autofree char *reference = g_strconcat ("chardev:", id, NULL);

  for (guint i = 0; id != NULL && i < arguments->len; i++)
    {
      const char *value = drover_argument_get_value (arguments->pdata[i]);

      if ((int) i != reading->tpmdev && value != NULL &&
          (is_field (value, NULL, "chardev", id) || g_str_equal (value, reference)))
        return TRUE;
    }

  return FALSE;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return *(const int *) b - *(const int *) a;
}

static void
remove_tpm (GPtrArray *arguments, const DroverTpmReading *reading)
{
  int indices[] = { reading->tpmdev, reading->device,
                    is_used_by_others (arguments, reading) ? -1 : reading->chardev };

  /* From the last to the first, so that each is still where it was. */
  qsort (indices, G_N_ELEMENTS (indices), sizeof indices[0], compare);
  for (guint i = 0; i < G_N_ELEMENTS (indices); i++)
    if (indices[i] >= 0)
      g_ptr_array_remove_index (arguments, indices[i]);
}

/* What is there stays as the user has it, but a device that cannot speak this version. */
static void
change_tpm (GPtrArray *arguments, const DroverTpmReading *reading, const char *version,
            const char *device)
{
  g_autoptr (DroverArgument) changed = NULL;
  g_autofree char *text = NULL;

  if (reading->device < 0)
    {
      g_autofree char *id = dup_field (arguments, reading->tpmdev, "type", "id");

      say (arguments, "-device", g_strdup_printf ("%s,tpmdev=%s", device, id),
           _("The security chip as the guest sees it."));
      return;
    }

  if (!g_str_equal (reading->model, device) &&
      (g_str_equal (reading->model, "tpm-crb") || g_str_equal (device, "tpm-crb")))
    {
      text = _drover_check_set_field (
        drover_argument_get_value (arguments->pdata[reading->device]), "driver", "driver", device);
      changed = drover_argument_with_value (arguments->pdata[reading->device], text);
      drover_argument_unref (arguments->pdata[reading->device]);
      arguments->pdata[reading->device] = g_steal_pointer (&changed);
    }
}

static gboolean
check_version (const char *version, GError **error)
{
  if (version == NULL || g_str_equal (version, DROVER_TPM_2_0) ||
      g_str_equal (version, DROVER_TPM_1_2))
    return TRUE;

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
               _("There is no TPM %s: it is 2.0 or 1.2"), version);
  return FALSE;
}

/**
 * drover_tpm_apply:
 * @document: a machine
 * @version: (nullable): `2.0` or `1.2`; %NULL removes the TPM
 * @machine: (nullable): its machine type, see drover_catalogue_dup_machine()
 * @catalogue: (nullable): what its QEMU offers
 * @error: set when the machine can have no such TPM
 *
 * Gives the machine a TPM that Drover runs. Arguments of a TPM emulator that are there already,
 * as after an import, are used, and stay as they are. Each version keeps its own state, so
 * nothing is lost by changing to and fro; keys of one version are not seen by the other.
 *
 * Returns: (transfer full) (nullable): the new document
 */
DroverDocument *
drover_tpm_apply (DroverDocument *document, const char *version, const char *machine,
                  DroverCatalogue *catalogue, GError **error)
{
  g_autoptr (GPtrArray) arguments =
    drover_arguments_copy (drover_document_get_arguments (document));
  g_autoptr (DroverDocument) with_arguments = NULL;
  g_auto (DroverTpmReading) reading = { -1, -1, -1, NULL, NULL };
  const char *device = NULL;

  drover_tpm_read (arguments, &reading);
  if (!check_version (version, error))
    return NULL;
  if (version != NULL &&
      (device = drover_tpm_choose_device (drover_document_get_program (document), machine, version,
                                          catalogue, error)) == NULL)
    return NULL;

  if (version == NULL)
    remove_tpm (arguments, &reading);
  else if (reading.tpmdev < 0)
    add_tpm (arguments, document, device);
  else
    change_tpm (arguments, &reading, version, device);

  with_arguments = drover_document_with_arguments (document, arguments);
  return with_version (with_arguments, version);
}
