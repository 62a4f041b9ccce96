/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <string.h>
#include <sys/statvfs.h>

#include "drover-json.h"
#include "drover-run-trouble.h"

G_DEFINE_BOXED_TYPE (DroverTrouble, drover_trouble, drover_trouble_ref, drover_trouble_unref)

/* As scripts read them. */
static const char *const words[] = {
  [DROVER_TROUBLE_PANIC] = "guest-panic",
  [DROVER_TROUBLE_WATCHDOG] = "watchdog",
  [DROVER_TROUBLE_IO_ERROR] = "io-error",
  [DROVER_TROUBLE_NO_SPACE] = "no-space",
  [DROVER_TROUBLE_INTERNAL_ERROR] = "internal-error",
  [DROVER_TROUBLE_KILLED] = "killed",
  [DROVER_TROUBLE_OUT_OF_MEMORY] = "out-of-memory",
  [DROVER_TROUBLE_CRASHED] = "crashed",
  [DROVER_TROUBLE_NO_ANSWER] = "no-answer",
};

static void
clear (gpointer data)
{
  DroverTrouble *self = data;

  g_free (self->title);
  g_free (self->cause);
  g_free (self->remedy);
}

/**
 * drover_trouble_ref:
 *
 * Returns: (transfer full): @self
 */
DroverTrouble *
drover_trouble_ref (DroverTrouble *self)
{
  return g_rc_box_acquire (self);
}

/**
 * drover_trouble_unref:
 *
 * Drops a reference.
 */
void
drover_trouble_unref (DroverTrouble *self)
{
  g_rc_box_release_full (self, clear);
}

/* Takes @cause. */
static DroverTrouble *
new_trouble (DroverTroubleKind kind, const char *title, char *cause, const char *remedy)
{
  DroverTrouble *self = g_rc_box_new0 (DroverTrouble);

  self->kind = kind;
  self->title = g_strdup (title);
  self->cause = cause;
  self->remedy = g_strdup (remedy);
  return self;
}

/**
 * drover_trouble_get_word:
 *
 * Returns: one word for scripts, such as `no-space`
 */
const char *
drover_trouble_get_word (DroverTrouble *self)
{
  return words[self->kind];
}

/**
 * drover_trouble_dup_text:
 *
 * Returns: (transfer full): cause and remedy, for people
 */
char *
drover_trouble_dup_text (DroverTrouble *self)
{
  return g_strdup_printf ("%s %s", self->cause, self->remedy);
}

/**
 * drover_trouble_is_about_end:
 *
 * Returns: whether it explains why a machine is off, so that it is still true then
 */
gboolean
drover_trouble_is_about_end (DroverTrouble *self)
{
  return self->kind == DROVER_TROUBLE_PANIC || self->kind == DROVER_TROUBLE_WATCHDOG ||
         self->kind == DROVER_TROUBLE_KILLED || self->kind == DROVER_TROUBLE_OUT_OF_MEMORY ||
         self->kind == DROVER_TROUBLE_CRASHED;
}

static const char *
get_text (JsonObject *object, const char *member)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, member) : NULL;

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node)
           : NULL;
}

/**
 * drover_trouble_new_panic:
 * @data: (nullable): of the event `GUEST_PANICKED`
 *
 * Returns: (transfer full): the trouble
 */
DroverTrouble *
drover_trouble_new_panic (JsonObject *data)
{
  const char *action = get_text (data, "action");
  const char *remedy = _("Its console may have its last words. Reset it to start its system anew.");

  if (g_strcmp0 (action, "poweroff") == 0)
    remedy = _("QEMU ended, as it does by itself after a crash. With “-action panic=pause” it "
               "stands still instead, so that it can be looked at.");
  else if (g_strcmp0 (action, "run") == 0)
    remedy = _("It goes on, as it may be writing down what happened. Reset it if nothing follows.");

  return new_trouble (DROVER_TROUBLE_PANIC, _("The guest crashed"),
                      g_strdup (_("The guest’s system reported a crash of its kernel (a panic).")),
                      remedy);
}

/**
 * drover_trouble_new_watchdog:
 * @data: (nullable): of the event `WATCHDOG`
 *
 * Returns: (transfer full): the trouble
 */
DroverTrouble *
drover_trouble_new_watchdog (JsonObject *data)
{
  static const struct
  {
    const char *action;
    const char *remedy;
  } remedies[] = {
    { "reset", N_("It was reset, as the watchdog’s action is.") },
    { "shutdown", N_("It was asked to shut down, as the watchdog’s action is.") },
    { "poweroff", N_("QEMU ended, as the watchdog’s action is. “-action watchdog=pause” lets it "
                     "stand still instead.") },
    { "debug", N_("Nothing was done about it, as the watchdog’s action is.") },
    { "none", N_("Nothing was done about it, as the watchdog’s action is.") },
    { "inject-nmi", N_("It got an NMI, on which its system may write down what it was doing.") },
  };
  const char *action = get_text (data, "action");
  const char *remedy = _("It stands still. Resume it to see whether it recovers, or reset it.");

  for (guint i = 0; i < G_N_ELEMENTS (remedies); i++)
    if (g_strcmp0 (action, remedies[i].action) == 0)
      remedy = _(remedies[i].remedy);

  return new_trouble (DROVER_TROUBLE_WATCHDOG, _("The guest hung"),
                      g_strdup (_("The guest’s watchdog ran out: its system did not report in "
                                  "time, so it hangs or has too little processor time.")),
                      remedy);
}

/* Which file */

/* The file at the end of a block node's name: a path, or QEMU's description of a stack of drivers
 * (`json:{…}`), in which the file is innermost. */
static char *
find_file (JsonObject *object)
{
  static const char *const below[] = { "file", "image" };
  const char *filename = get_text (object, "filename");

  if (filename != NULL)
    return g_strdup (filename);

  for (guint i = 0; i < G_N_ELEMENTS (below); i++)
    {
      JsonNode *node = json_object_get_member (object, below[i]);

      if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
        return find_file (json_node_get_object (node));
    }

  return NULL;
}

static char *
dup_path (const char *name)
{
  g_autoptr (JsonNode) node = NULL;

  if (name == NULL)
    return NULL;
  if (!g_str_has_prefix (name, "json:"))
    return g_strdup (name);

  node = drover_json_parse (name + strlen ("json:"), -1, NULL);
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? find_file (json_node_get_object (node))
                                                       : NULL;
}

static gboolean
is_meant (JsonObject *block, JsonObject *inserted, JsonObject *data)
{
  const char *status = get_text (block, "io-status");
  const char *node = get_text (data, "node-name");
  const char *device = get_text (data, "device");

  if (node != NULL && g_strcmp0 (get_text (inserted, "node-name"), node) == 0)
    return TRUE;
  if (device != NULL && *device != '\0')
    return g_strcmp0 (get_text (block, "device"), device) == 0;

  /* Nobody saw the event; the device still knows. */
  return node == NULL && status != NULL && !g_str_equal (status, "ok");
}

static JsonObject *
find_block (JsonNode *blocks, JsonObject *data, JsonObject **inserted)
{
  JsonArray *array =
    blocks != NULL && JSON_NODE_HOLDS_ARRAY (blocks) ? json_node_get_array (blocks) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      JsonObject *block = JSON_NODE_HOLDS_OBJECT (element) ? json_node_get_object (element) : NULL;
      JsonNode *node = block != NULL ? json_object_get_member (block, "inserted") : NULL;

      *inserted = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node)
                                                                : NULL;
      if (*inserted != NULL && is_meant (block, *inserted, data))
        return block;
    }

  *inserted = NULL;
  return NULL;
}

/* What the user called it, else what QEMU does. */
static const char *
get_disk_name (JsonObject *block, JsonObject *data)
{
  const char *const names[] = { get_text (data, "device"), get_text (block, "device"),
                                get_text (block, "qdev"), get_text (data, "node-name") };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i] != NULL && *names[i] != '\0')
      return names[i];

  return "?";
}

/* How full the file system is that holds @path; "" where that cannot be told. */
static char *
dup_fullness (const char *path)
{
  struct statvfs info;
  g_autofree char *free_text = NULL;
  g_autofree char *size_text = NULL;
  g_autofree char *parent = path != NULL ? g_path_get_dirname (path) : NULL;

  if (path == NULL || (statvfs (path, &info) != 0 && statvfs (parent, &info) != 0))
    return g_strdup ("");

  free_text = g_format_size ((guint64) info.f_bavail * info.f_frsize);
  size_text = g_format_size ((guint64) info.f_blocks * info.f_frsize);
  /* Translators: the first is a size such as 12 MB, the second the size of the whole */
  return g_strdup_printf (_(" There are %s free of %s."), free_text, size_text);
}

/**
 * drover_trouble_new_io:
 * @data: (nullable): of the event `BLOCK_IO_ERROR`; %NULL when it was before our time
 * @blocks: (nullable): what `query-block` returned
 *
 * Looks how full the file system of the image is.
 *
 * Returns: (transfer full): the trouble
 */
DroverTrouble *
drover_trouble_new_io (JsonObject *data, JsonNode *blocks)
{
  JsonObject *inserted = NULL;
  JsonObject *block = find_block (blocks, data, &inserted);
  const char *disk = get_disk_name (block, data);
  g_autofree char *path = dup_path (get_text (inserted, "file"));
  const char *file = path != NULL ? path : get_text (inserted, "file");
  g_autofree char *fullness = NULL;
  const char *reason = get_text (data, "reason");
  gboolean reads = g_strcmp0 (get_text (data, "operation"), "read") == 0;

  if ((data != NULL && json_object_get_boolean_member_with_default (data, "nospace", FALSE)) ||
      g_strcmp0 (get_text (block, "io-status"), "nospace") == 0)
    {
      fullness = dup_fullness (path);
      return new_trouble (
        DROVER_TROUBLE_NO_SPACE, _("No space left for a disk"),
        g_strdup_printf (_("Disk “%s” could not grow: the file system with %s is full.%s"), disk,
                         file != NULL ? file : "?", fullness),
        _("The guest waits, and nothing is lost. Free some space, then resume it."));
    }

  return new_trouble (
    DROVER_TROUBLE_IO_ERROR, _("A disk failed"),
    g_strdup_printf (reads ? _("Disk “%s” (%s) could not be read: %s.")
                           : _("Disk “%s” (%s) could not be written: %s."),
                     disk, file != NULL ? file : "?",
                     reason != NULL ? reason : _("the reason is not known any more")),
    _("The guest waits, and nothing is lost. Once the file can be used again, resume it: what "
      "failed is tried anew."));
}

/**
 * drover_trouble_new_internal:
 *
 * Returns: (transfer full): what the state `internal-error` means
 */
DroverTrouble *
drover_trouble_new_internal (void)
{
  return new_trouble (
    DROVER_TROUBLE_INTERNAL_ERROR, _("QEMU cannot go on with the guest"),
    g_strdup (_("The accelerator, such as KVM, met something in the guest that it cannot run.")),
    _("QEMU’s messages say what. Only a reset helps; if it happens again, emulate the guest "
      "instead (-accel tcg)."));
}

/**
 * drover_trouble_new_signal:
 * @signal_number: the signal that ended QEMU; 0 when that is not known
 * @out_of_memory: whether the kernel killed a process for want of memory meanwhile
 *
 * Returns: (transfer full): the trouble
 */
DroverTrouble *
drover_trouble_new_signal (int signal_number, gboolean out_of_memory)
{
  if (out_of_memory && (signal_number == SIGKILL || signal_number == 0))
    return new_trouble (
      DROVER_TROUBLE_OUT_OF_MEMORY, _("Memory ran out"),
      g_strdup (_("This computer’s memory ran out, and the kernel killed QEMU.")),
      _("Give the guest less memory, or close something else, before it is started again."));

  if (signal_number == 0)
    return new_trouble (
      DROVER_TROUBLE_KILLED, _("QEMU ended suddenly"),
      g_strdup (_("QEMU ended without a word: somebody killed it, or it crashed.")),
      _("What the guest had not written to its disks is lost. It can be started again."));

  if (signal_number == SIGKILL)
    return new_trouble (
      DROVER_TROUBLE_KILLED, _("QEMU was killed"),
      g_strdup (_("Somebody killed QEMU (signal 9); it was not Drover, and memory did not run "
                  "out.")),
      _("What the guest had not written to its disks is lost. It can be started again."));

  return new_trouble (
    DROVER_TROUBLE_CRASHED, _("QEMU crashed"),
    g_strdup_printf (_("QEMU ended by signal %d (%s): that is an error in QEMU, not in the guest."),
                     signal_number, g_strsignal (signal_number)),
    _("It can be started again. If it happens again, leave out devices one by one to find the one "
      "that does it."));
}

/**
 * drover_trouble_new_no_answer:
 * @seconds: how long it was waited for
 *
 * Returns: (transfer full): the trouble
 */
DroverTrouble *
drover_trouble_new_no_answer (guint seconds)
{
  return new_trouble (
    DROVER_TROUBLE_NO_ANSWER, _("The guest does not shut down"),
    g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                  "The power button was pressed %u second ago, and the guest is "
                                  "still on.",
                                  "The power button was pressed %u seconds ago, and the guest is "
                                  "still on.",
                                  seconds),
                     seconds),
    _("It may be busy, ask something on its screen, or not know the button. It can be waited for, "
      "or forced off, which loses what it has not written."));
}

/**
 * drover_trouble_to_json:
 *
 * Returns: (transfer full): an object
 */
JsonNode *
drover_trouble_to_json (DroverTrouble *self)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "kind", words[self->kind]);
  json_object_set_string_member (object, "title", self->title);
  json_object_set_string_member (object, "cause", self->cause);
  json_object_set_string_member (object, "remedy", self->remedy);
  json_node_take_object (node, object);
  return node;
}

/**
 * drover_trouble_from_json:
 *
 * Returns: (transfer full) (nullable): what drover_trouble_to_json() made; %NULL of anything else
 */
DroverTrouble *
drover_trouble_from_json (JsonNode *node)
{
  JsonObject *object =
    node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *kind = get_text (object, "kind");
  const char *const texts[] = { get_text (object, "title"), get_text (object, "cause"),
                                get_text (object, "remedy") };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_strcmp0 (kind, words[i]) == 0 && texts[0] != NULL && texts[1] != NULL && texts[2] != NULL)
      return new_trouble (i, texts[0], g_strdup (texts[1]), texts[2]);

  return NULL;
}
