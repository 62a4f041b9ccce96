/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "drover-error.h"
#include "drover-forward.h"
#include "drover-hot.h"
#include "drover-json.h"
#include "drover-launch-plan.h"
#include "drover-part.h"
#include "drover-setting.h"
#include "drover-usb-host.h"
#include "droverctl.h"

/* What changes a machine, also while it runs: saved first, then tried in the running QEMU, then
 * said which of the two happened. */

static gboolean option_next;
static gboolean option_force;
static gboolean option_dry_run;
static char *option_card;

#define NEXT_ENTRY                                                                        \
  { "next", 0, 0, G_OPTION_ARG_NONE, &option_next,                                        \
    N_("Only save it: it counts from the next start on"), NULL }
#define FORCE_ENTRY                                                                       \
  { "force", 0, 0, G_OPTION_ARG_NONE, &option_force,                                      \
    N_("Open a drive that the guest has locked"), NULL }
#define JSON_ENTRY                                                                        \
  { "json", 0, 0, G_OPTION_ARG_NONE, &option_json, N_("Print JSON"), NULL }

/* --- what happened ---------------------------------------------------------------------------- */

static const char *
get_outcome (const DroverHotResult *result)
{
  return result->live    ? N_("%s: done in the running machine\n")
         : result->waits ? N_("%s: waits for “droverctl apply %s”, which tells the guest\n")
                         : N_("%s: takes effect at the next start\n");
}

static void
print_result (const DroverHotResult *result, const char *slug)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  g_printerr (_(get_outcome (result)), result->title, slug);
#pragma GCC diagnostic pop
  if (!result->live && !result->waits && result->message != NULL)
    g_printerr ("  %s\n", result->message);
}

static JsonObject *
describe_result (const DroverHotResult *result)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "title", result->title);
  json_object_set_boolean_member (object, "live", result->live);
  json_object_set_boolean_member (object, "waits", result->waits);
  if (result->message != NULL)
    json_object_set_string_member (object, "message", result->message);
  return object;
}

/* Finds the run, which may be off. Who cannot be talked to says why: see get_hindrance(). */
static DroverRun *
attach (DroverMachine *machine)
{
  DroverRun *run = drover_run_new (machine, DROVER_CTL_SOCKET);

  dex_await (drover_run_attach (run), NULL);
  return run;
}

/* Why a run that is not off cannot be told anything. Returns: (nullable): NULL when it can */
static const char *
get_hindrance (DroverRun *run)
{
  const GError *error = drover_run_get_error (run);

  if (drover_hot_get_plan (drover_hot_get_for_run (run)) != NULL)
    return NULL;
  if (!drover_run_is_live (run) && error != NULL)
    return error->message;

  return drover_run_is_live (run) ? _("What it was started with is not known.")
                                  : _("It cannot be talked to.");
}

static void
print_hindrance (DroverMachine *machine, const char *hindrance)
{
  g_printerr (_("“%s” is running; this counts from its next start on\n"),
              drover_machine_get_name (machine));
  g_printerr ("  %s\n", hindrance);
}

/* What a plan says that was not tried. */
static void
print_rest (DroverHot *hot, const char *slug)
{
  DroverHotPlan *plan = drover_hot_get_plan (hot);

  for (guint i = 0; plan != NULL && i < plan->steps->len; i++)
    {
      const DroverHotStep *step = plan->steps->pdata[i];
      const char *failure = drover_hot_get_failure (hot, step);
      const DroverHotResult result = {
        step->title, FALSE, failure == NULL && step->when == DROVER_HOT_ON_DEMAND,
        (char *) (failure != NULL ? failure : step->reason)
      };

      print_result (&result, slug);
    }
}

/**
 * tell_when_it_counts:
 * @machine: a machine that was changed and saved
 *
 * Tells a running machine what it can be told without taking anything from its guest, and says
 * of each difference whether the running machine has it now.
 */
void
tell_when_it_counts (DroverMachine *machine)
{
  g_autoptr (DroverRun) run = attach (machine);
  g_autoptr (GPtrArray) results = NULL;
  g_autoptr (GError) error = NULL;
  DroverHot *hot;

  if (drover_run_is_off (run))
    return;
  if (get_hindrance (run) != NULL)
    {
      print_hindrance (machine, get_hindrance (run));
      return;
    }

  hot = drover_hot_get_for_run (run);
  results = dex_await_boxed (drover_hot_apply (hot, DROVER_HOT_AUTOMATIC, NULL), &error);
  if (error != NULL)
    g_printerr ("%s\n", error->message);
  for (guint i = 0; results != NULL && i < results->len; i++)
    if (((DroverHotResult *) results->pdata[i])->live)
      print_result (results->pdata[i], drover_machine_get_slug (machine));
  print_rest (hot, drover_machine_get_slug (machine));
}

static DroverMachine *
find_whole_machine (Invocation *invocation, GError **error)
{
  DroverMachine *machine = find_machine (invocation, error);

  if (machine != NULL && drover_machine_get_error (machine) != NULL)
    {
      g_propagate_error (error, g_error_copy (drover_machine_get_error (machine)));
      return NULL;
    }

  return machine;
}

/* The step that takes @part out of the running machine. */
static const char *
find_removal (DroverHot *hot, const char *id)
{
  DroverHotPlan *plan = drover_hot_get_plan (hot);

  for (guint i = 0; plan != NULL && i < plan->steps->len; i++)
    {
      const DroverHotStep *step = plan->steps->pdata[i];

      if (step->when == DROVER_HOT_ON_DEMAND && g_strcmp0 (step->id, id) == 0)
        return step->key;
    }

  return NULL;
}

/* Tells the running machine of what was saved. Another change that takes something from the guest
 * still waits for its own word. Sets @hindrance to why it could not be told. Returns: (nullable):
 * what was tried; nothing when it is off */
static GPtrArray *
apply (DroverMachine *machine, const char *removed, JsonArray *changes, char **hindrance,
       GError **error)
{
  g_autoptr (DroverRun) run = option_next ? NULL : attach (machine);
  DroverHotFlags flags =
    DROVER_HOT_AUTOMATIC | (option_force ? DROVER_HOT_FORCE : DROVER_HOT_DEFAULT);
  GPtrArray *results;
  const char *key;
  DroverHot *hot;

  if (run == NULL || drover_run_is_off (run))
    return g_ptr_array_new ();

  *hindrance = g_strdup (get_hindrance (run));
  if (*hindrance != NULL)
    return g_ptr_array_new ();

  hot = drover_hot_get_for_run (run);
  key = removed != NULL ? find_removal (hot, removed) : NULL;
  results = dex_await_boxed (drover_hot_apply (hot, flags, key), error);
  for (guint i = 0; results != NULL && i < results->len; i++)
    json_array_add_object_element (changes, describe_result (results->pdata[i]));
  for (guint i = 0; results != NULL && !option_json && i < results->len; i++)
    if (((DroverHotResult *) results->pdata[i])->live)
      print_result (results->pdata[i], drover_machine_get_slug (machine));
  if (results != NULL && !option_json)
    print_rest (hot, drover_machine_get_slug (machine));
  return results;
}

/* Saves, applies, and says which of the two happened. With --json prints an object with @id, else
 * says it on standard error. @removed: (nullable): a device that is to be taken out */
static gboolean
save_and_apply (DroverMachine *machine, GPtrArray *arguments, const char *id, const char *removed,
                GError **error)
{
  g_autoptr (DroverDocument) changed =
    drover_document_with_arguments (drover_machine_get_document (machine), arguments);
  g_autoptr (JsonArray) changes = json_array_new ();
  g_autoptr (GPtrArray) results = NULL;
  g_autofree char *hindrance = NULL;
  JsonObject *object;
  gboolean live;

  if (!drover_machine_save (machine, changed, error))
    return FALSE;
  results = apply (machine, removed, changes, &hindrance, error);
  if (results == NULL)
    return FALSE;

  live = results->len > 0;
  for (guint i = 0; i < results->len; i++)
    live &= ((DroverHotResult *) results->pdata[i])->live;
  if (!option_json)
    {
      if (option_next)
        g_printerr (_("Saved; it takes effect at the next start\n"));
      else if (hindrance != NULL)
        print_hindrance (machine, hindrance);
      return TRUE;
    }

  object = json_object_new ();
  if (id != NULL)
    json_object_set_string_member (object, "id", id);
  json_object_set_boolean_member (object, "saved", TRUE);
  json_object_set_boolean_member (object, "live", live);
  json_object_set_array_member (object, "changes", json_array_ref (changes));
  if (hindrance != NULL)
    json_object_set_string_member (object, "message", hindrance);
  print_json_take (object);
  return TRUE;
}

static DroverPart *
find_disk_or_part (GPtrArray *arguments, const char *id, GError **error)
{
  DroverPart *part = drover_parts_find (arguments, id);

  if (part == NULL)
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                 _("The machine has nothing called “%s”; “droverctl parts” lists what it has"), id);
  return part;
}

/* --- apply ------------------------------------------------------------------------------------ */

static const GOptionEntry apply_options[] = {
  { "dry-run", 0, 0, G_OPTION_ARG_NONE, &option_dry_run,
    N_("Only list what differs, and what would be done"), NULL },
  FORCE_ENTRY,
  JSON_ENTRY,
  { NULL },
};

static GPtrArray *
list_differences (DroverHot *hot)
{
  DroverHotPlan *plan = drover_hot_get_plan (hot);
  GPtrArray *results = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; plan != NULL && i < plan->steps->len; i++)
    {
      const DroverHotStep *step = plan->steps->pdata[i];
      DroverHotResult *result = g_new0 (DroverHotResult, 1);

      result->title = step->title;
      result->waits = step->when != DROVER_HOT_NEXT_START;
      result->message = step->reason;
      g_ptr_array_add (results, result);
    }

  return results;
}

static gboolean
run_apply (Invocation *invocation, GError **error)
{
  DroverMachine *machine = find_whole_machine (invocation, error);
  g_autoptr (DroverRun) run = machine != NULL ? find_run (invocation, error) : NULL;
  g_autoptr (GPtrArray) results = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonArray *array;

  if (run == NULL)
    return FALSE;
  if (drover_run_is_off (run))
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE, _("The machine is not running"));
      return FALSE;
    }

  results = option_dry_run
              ? list_differences (drover_hot_get_for_run (run))
              : dex_await_boxed (
                  drover_hot_apply (drover_hot_get_for_run (run),
                                    option_force ? DROVER_HOT_FORCE : DROVER_HOT_DEFAULT, NULL),
                  error);
  if (results == NULL)
    return FALSE;

  array = json_array_new ();
  for (guint i = 0; i < results->len; i++)
    {
      json_array_add_object_element (array, describe_result (results->pdata[i]));
      if (!option_json)
        print_result (results->pdata[i], drover_machine_get_slug (machine));
    }
  if (results->len == 0 && !option_json)
    g_printerr (_("The machine runs as its configuration says\n"));
  node = json_node_new (JSON_NODE_ARRAY);
  json_node_take_array (node, array);
  if (option_json)
    print_json (node);
  return TRUE;
}

const Command apply_command = {
  "apply", "MACHINE", N_("Tell a running machine what was changed in its configuration"), 1,
  apply_options, run_apply,
};

/* --- attach, detach --------------------------------------------------------------------------- */

static const GOptionEntry change_options[] = { NEXT_ENTRY, JSON_ENTRY, { NULL } };

static gboolean
run_attach (Invocation *invocation, GError **error)
{
  DroverMachine *machine = find_whole_machine (invocation, error);
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) arguments = NULL;
  g_autofree char *id = NULL;

  if (machine == NULL)
    return FALSE;

  before = list_all_arguments (machine);
  arguments = drover_parts_add_in (
    before, drover_document_get_program (drover_machine_get_document (machine)),
    drover_machine_get_directory (machine), invocation->operands[1],
    (const char *const *) invocation->operands + 2, &id, error);
  if (arguments == NULL || !save_and_apply (machine, arguments, id, NULL, error))
    return FALSE;

  if (!option_json)
    g_print ("%s\n", id);
  return TRUE;
}

const Command attach_command = {
  "attach", "MACHINE KIND [KEY=VALUE…]", N_("Add a part, also to a running machine; print its id"),
  2, change_options, run_attach, G_MAXUINT,
  N_("Kinds and keys are those of “droverctl add --help”. A USB device of this computer:\n"
     "  attach my-pc device usb-host vendorid=0x1234 productid=0x5678\n"
     "It is kept for good: the guest gets it whenever it is plugged in."),
};

static gboolean
run_detach (Invocation *invocation, GError **error)
{
  DroverMachine *machine = find_whole_machine (invocation, error);
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) arguments = NULL;
  g_autoptr (DroverPart) part = NULL;

  if (machine == NULL)
    return FALSE;

  before = list_all_arguments (machine);
  part = find_disk_or_part (before, invocation->operands[1], error);
  if (part == NULL)
    return FALSE;

  arguments = drover_part_remove (before, part, TRUE);
  return save_and_apply (machine, arguments, part->id, part->id, error);
}

const Command detach_command = {
  "detach", "MACHINE PART",
  N_("Remove a part and its host side, also from a running machine"), 2, change_options,
  run_detach,
};

/* --- insert, eject ---------------------------------------------------------------------------- */

static const GOptionEntry medium_options[] = { NEXT_ENTRY, FORCE_ENTRY, JSON_ENTRY, { NULL } };

static gboolean
change_medium (Invocation *invocation, const char *file, GError **error)
{
  DroverMachine *machine = find_whole_machine (invocation, error);
  g_autofree char *path = file != NULL ? g_canonicalize_filename (file, NULL) : NULL;
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) arguments = NULL;
  g_autoptr (DroverPart) part = NULL;

  if (machine == NULL)
    return FALSE;
  if (path != NULL && !g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _("There is no file %s"), path);
      return FALSE;
    }

  before = list_all_arguments (machine);
  part = find_disk_or_part (before, invocation->operands[1], error);
  if (part != NULL)
    arguments = drover_part_set_medium (before, part, drover_machine_get_directory (machine), path,
                                        error);
  return arguments != NULL && save_and_apply (machine, arguments, part->id, NULL, error);
}

static gboolean
run_insert (Invocation *invocation, GError **error)
{
  return change_medium (invocation, invocation->operands[2], error);
}

const Command insert_command = {
  "insert", "MACHINE DRIVE FILE", N_("Put a medium into a CD or floppy drive"), 3, medium_options,
  run_insert, 0,
  N_("DRIVE is the id of a disk, as “droverctl parts MACHINE disk” lists them. A guest locks the "
     "drive while it uses the medium; it is asked to let go first."),
};

static gboolean
run_eject (Invocation *invocation, GError **error)
{
  return change_medium (invocation, NULL, error);
}

const Command eject_command = {
  "eject", "MACHINE DRIVE", N_("Take the medium out of a CD or floppy drive"), 2, medium_options,
  run_eject,
};

/* --- forward ---------------------------------------------------------------------------------- */

static const GOptionEntry forward_options[] = {
  { "card", 0, 0, G_OPTION_ARG_STRING, &option_card,
    N_("Of several network cards, the one with this id"), N_("ID") },
  NEXT_ENTRY,
  JSON_ENTRY,
  { NULL },
};

/* Returns: index of the network, or -1 */
static int
find_network (GPtrArray *arguments, GError **error)
{
  g_autoptr (GPtrArray) cards = drover_parts_list (arguments, DROVER_PART_CARD);

  for (guint i = 0; i < cards->len; i++)
    {
      const DroverPart *card = cards->pdata[i];

      if (card->scope.back >= 0 && drover_forwards_possible (arguments, card->scope.back) &&
          (option_card == NULL || g_str_equal (option_card, card->id)))
        return card->scope.back;
    }

  if (option_card != NULL)
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                 _("The machine has no user-mode network card called “%s”"), option_card);
  else
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                 _("The machine has no user-mode network, and only that forwards ports"));
  return -1;
}

static gboolean
list_forwards (GPtrArray *arguments, int network)
{
  g_autoptr (GPtrArray) forwards = drover_forwards_list (arguments, network);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < forwards->len; i++)
    {
      const DroverForward *forward = forwards->pdata[i];

      json_array_add_string_element (array, forward->text);
      if (!option_json)
        g_print ("%s\n", forward->text);
    }
  json_node_take_array (node, array);
  if (option_json)
    print_json (node);
  return TRUE;
}

static gboolean
is_equal (const DroverForward *a, const DroverForward *b)
{
  static const char tcp[] = "tcp";

  return g_str_equal (a->text, b->text) ||
         (a->readable && b->readable &&
          g_str_equal (*a->protocol != '\0' ? a->protocol : tcp,
                       *b->protocol != '\0' ? b->protocol : tcp) &&
          g_str_equal (a->host_address, b->host_address) &&
          g_str_equal (a->host_port, b->host_port) &&
          g_str_equal (a->guest_port, b->guest_port) &&
          g_str_equal (a->guest_address, b->guest_address));
}

static GPtrArray *
remove_forward (GPtrArray *arguments, int network, const DroverForward *forward, GError **error)
{
  g_autoptr (GPtrArray) forwards = drover_forwards_list (arguments, network);

  for (guint i = 0; i < forwards->len; i++)
    if (is_equal (forwards->pdata[i], forward))
      return drover_forwards_remove (arguments, network, i, error);

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
               _("The machine has no port forward “%s”"), forward->text);
  return NULL;
}

static gboolean
run_forward (Invocation *invocation, GError **error)
{
  DroverMachine *machine = find_whole_machine (invocation, error);
  const char *verb = invocation->operands[1];
  const char *rule = verb != NULL ? invocation->operands[2] : NULL;
  g_autoptr (GPtrArray) before = machine != NULL ? list_all_arguments (machine) : NULL;
  g_autoptr (GPtrArray) arguments = NULL;
  g_autoptr (DroverForward) forward = NULL;
  int network = before != NULL ? find_network (before, error) : -1;

  if (network < 0)
    return FALSE;
  if (verb == NULL || (g_str_equal (verb, "list") && rule == NULL))
    return list_forwards (before, network);
  if (rule == NULL || (!g_str_equal (verb, "add") && !g_str_equal (verb, "remove")))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("it is: forward MACHINE list, add RULE or remove RULE"));
      return FALSE;
    }

  forward = drover_forward_parse (rule);
  if (!forward->readable)
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                 _("“%s” is no port forward, such as tcp::2222-:22"), rule);
  else
    arguments = g_str_equal (verb, "add")
                  ? drover_forwards_add (before, network, forward, error)
                  : remove_forward (before, network, forward, error);
  return arguments != NULL && save_and_apply (machine, arguments, NULL, NULL, error);
}

const Command forward_command = {
  "forward", "MACHINE [list|add|remove] [RULE]",
  N_("Forward ports of this computer into the guest"), 1, forward_options, run_forward, 2,
  N_("A rule is written as QEMU’s hostfwd: tcp:127.0.0.1:2222-:22 forwards port 2222 of this "
     "computer to the guest’s port 22."),
};

/* --- balloon ---------------------------------------------------------------------------------- */

static gboolean
run_balloon (Invocation *invocation, GError **error)
{
  g_autoptr (DroverRun) run = find_run (invocation, error);
  const char *size = invocation->operands[1];
  guint64 bytes = 0;
  gint64 actual;
  g_autoptr (GError) failure = NULL;
  JsonObject *object;

  if (run == NULL)
    return FALSE;
  /* As -m has it: a number alone counts in MiB. */
  if (size != NULL && (!drover_size_parse (size, 1024 * 1024, &bytes) || bytes == 0))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("“%s” is no size, such as 512M or 2G"), size);
      return FALSE;
    }

  if (size != NULL && !dex_await (drover_hot_set_balloon (run, bytes), error))
    return FALSE;
  actual = dex_await_int64 (drover_hot_get_balloon (run), &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }

  object = json_object_new ();
  json_object_set_int_member (object, "actual", actual);
  if (size != NULL)
    json_object_set_int_member (object, "wanted", (gint64) bytes);
  if (option_json)
    print_json_take (object);
  else
    {
      g_autofree char *text = g_format_size_full (actual, G_FORMAT_SIZE_IEC_UNITS);

      json_object_unref (object);
      g_print (_("The guest has %s\n"), text);
    }
  return TRUE;
}

const Command balloon_command = {
  "balloon", "MACHINE [SIZE]",
  N_("Say how much memory a running guest has, or is to have"), 1, json_options, run_balloon, 1,
  N_("The guest’s balloon driver gives memory back as far as it can. It needs the device "
     "virtio-balloon-pci."),
};

/* --- usb-devices ------------------------------------------------------------------------------ */

static gboolean
run_usb_devices (Invocation *invocation, GError **error)
{
  g_autoptr (GPtrArray) devices = drover_usb_host_list ("/");
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < devices->len; i++)
    {
      const DroverUsbHost *device = devices->pdata[i];
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "vendor", device->vendor);
      json_object_set_string_member (object, "product", device->product);
      json_object_set_string_member (object, "title", device->title);
      json_object_set_boolean_member (object, "writable", device->writable);
      json_array_add_object_element (array, object);
      if (!option_json)
        g_print ("%s:%s  %s%s\n", device->vendor, device->product, device->title,
                 device->writable ? "" : _(" (not allowed to you)"));
    }
  json_node_take_array (node, array);
  if (option_json)
    print_json (node);
  return TRUE;
}

const Command usb_devices_command = {
  "usb-devices", "", N_("List the USB devices of this computer"), 0, json_options,
  run_usb_devices,
};
