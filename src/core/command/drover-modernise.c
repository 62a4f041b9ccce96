/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-arguments.h"
#include "drover-keyval.h"
#include "drover-modernise.h"
#include "drover-options-file.h"
#include "drover-part.h"

/**
 * drover_modernise_replace:
 *
 * Gives the old argument's place and its note to this one.
 */
void
drover_modernise_replace (DroverModernise *self, const char *flag, const char *value)
{
  g_autoptr (DroverArgument) changed =
    drover_argument_with_flag (self->arguments->pdata[self->argument], flag);

  drover_arguments_take (self->result, self->argument,
                         drover_argument_with_value (changed, value));
}

/**
 * drover_modernise_insert:
 * @index: where in the result
 *
 * Adds an argument, switched on or off as the old one.
 */
void
drover_modernise_insert (DroverModernise *self, guint index, const char *flag, const char *value)
{
  g_autoptr (DroverArgument) argument = drover_argument_new (flag, value);

  g_ptr_array_insert (self->result, index,
                      drover_argument_with_enabled (argument, self->fields->enabled));
}

/**
 * drover_modernise_get_device_index:
 *
 * What older options make is there before all that `-device` makes, and takes the first slots.
 *
 * Returns: where a `-device` in the place of an older option has to stand: behind it, or before
 *   the first other `-device`
 */
guint
drover_modernise_get_device_index (DroverModernise *self)
{
  for (guint i = 0; i < self->argument; i++)
    if (drover_fields_are (self->references->fields->pdata[i], "device"))
      return i;

  return self->argument + 1;
}

/* One option for another, and no more to it. */

static const struct
{
  const char *old;
  const char *flag;
  const char *value; /* NULL to keep it */
} same[] = {
  { "M", "-machine", NULL },
  { "watchdog", "-device", NULL },
  { "std-vga", "-vga", "std" },
  { "curses", "-display", "curses" },
  { "sdl", "-display", "sdl" },
  { "localtime", "-rtc", "base=localtime" },
};

/* Whether another `-machine` says @key=@value already, and none says otherwise: it would be said
 * twice. */
static gboolean
is_said (DroverModernise *self, const char *key, const char *value)
{
  gboolean said = FALSE;

  for (guint i = 0; i < self->references->fields->len; i++)
    {
      const DroverFields *fields = self->references->fields->pdata[i];
      const char *other = fields->enabled && drover_fields_are (fields, "machine")
                            ? drover_fields_get (fields, key)
                            : NULL;

      if (other != NULL && !g_str_equal (other, value))
        return FALSE;
      said |= other != NULL;
    }

  return said && self->fields->enabled;
}

/* `-machine KEY=VALUE` in the place of the old argument, or nothing when it is there. */
static void
replace_by_machine (DroverModernise *self, const char *key, const char *value)
{
  g_autofree char *item = g_strdup_printf ("%s=%s", key, value);

  if (is_said (self, key, value))
    g_ptr_array_remove (self->result, self->arguments->pdata[self->argument]);
  else
    drover_modernise_replace (self, "-machine", item);
}

static gboolean
replace_machine (DroverModernise *self, GError **error)
{
  static const char *const items[][3] = {
    { "no-hpet", "hpet", "off" },
    { "no-acpi", "acpi", "off" },
    { "no-fd-bootchk", "fd-bootchk", "off" },
    { "usb", "usb", "on" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    if (drover_fields_are (self->fields, items[i][0]))
      replace_by_machine (self, items[i][1], items[i][2]);

  return TRUE;
}

static gboolean
replace_same (DroverModernise *self, GError **error)
{
  DroverArgument *old = self->arguments->pdata[self->argument];
  const char *option = drover_argument_get_option (old);

  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    if (g_str_equal (same[i].old, option))
      drover_modernise_replace (self, same[i].flag,
                                same[i].value != NULL ? same[i].value
                                                      : drover_argument_get_value (old));

  return TRUE;
}

/* `-enable-kvm` says what `-machine accel=kvm` says, and QEMU takes no `-accel` beside that. */
static gboolean
replace_kvm (DroverModernise *self, GError **error)
{
  for (guint i = 0; i < self->references->fields->len; i++)
    {
      const DroverFields *fields = self->references->fields->pdata[i];

      if (fields->enabled && drover_fields_are (fields, "machine") &&
          drover_fields_get (fields, "accel") != NULL)
        return drover_arguments_refuse (
          error, _("“-machine accel=” is there too, and QEMU does not take “-accel” beside it"));
    }

  drover_modernise_replace (self, "-accel", "kvm");
  return TRUE;
}

static gboolean
replace_usb_device (DroverModernise *self, GError **error)
{
  static const char *const names[][2] = {
    { "tablet", "usb-tablet" },   { "mouse", "usb-mouse" },
    { "keyboard", "usb-kbd" },    { "wacom-tablet", "usb-wacom-tablet" },
  };
  const char *name = drover_fields_get (self->fields, "");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (name, names[i][0]) == 0)
      {
        guint index = drover_modernise_get_device_index (self);

        /* First its own place, which the device may move on. */
        if (!is_said (self, "usb", "on"))
          drover_modernise_replace (self, "-machine", "usb=on");
        drover_modernise_insert (self, index, "-device", names[i][1]);
        if (is_said (self, "usb", "on"))
          g_ptr_array_remove (self->result, self->arguments->pdata[self->argument]);
        return TRUE;
      }

  return drover_arguments_refuse (error, _("Drover does not know which device “%s” is today"),
                                  name);
}

static gboolean
replace_balloon (DroverModernise *self, GError **error)
{
  const char *value = self->fields->text;

  if (g_strcmp0 (value, "virtio") != 0)
    return drover_arguments_refuse (error, _("There is nothing for “-balloon %s” today"), value);

  drover_modernise_replace (self, "-device", "virtio-balloon");
  return TRUE;
}

static gboolean
replace_realtime (DroverModernise *self, GError **error)
{
  const char *lock = drover_fields_get (self->fields, "mlock");
  g_autofree char *value = g_strdup_printf ("mem-lock=%s", lock != NULL ? lock : "on");

  drover_modernise_replace (self, "-overcommit", value);
  return TRUE;
}

/* `-cpu MODEL,+x,-y` */

static gboolean
has_signs (const DroverFields *fields)
{
  const char *value = fields->text;

  return value != NULL && (strstr (value, ",+") != NULL || strstr (value, ",-") != NULL);
}

static char *
dup_feature (const char *item)
{
  char *name = g_strndup (item, strcspn (item, "="));

  g_strdelimit (name, "_", '-');
  return name;
}

/* A feature with a sign counts more than one with `=`, wherever they stand. */
static gboolean
check_feature (const char *const *items, guint index, GError **error)
{
  g_autofree char *name = dup_feature (items[index] + 1);

  for (guint i = 1; items[i] != NULL; i++)
    {
      gboolean has_sign = items[i][0] == '+' || items[i][0] == '-';
      g_autofree char *other = dup_feature (has_sign ? items[i] + 1 : items[i]);

      if (i != index && g_str_equal (name, other))
        return drover_arguments_refuse (
          error, _("The feature “%s” is there twice; which one counts would change"), name);
    }

  return TRUE;
}

static gboolean
replace_signs (DroverModernise *self, GError **error)
{
  g_auto (GStrv) items = g_strsplit (self->fields->text, ",", -1);
  g_autofree char *value = NULL;

  if (self->board != DROVER_BOARD_PC && self->board != DROVER_BOARD_Q35 &&
      self->board != DROVER_BOARD_MICROVM)
    return drover_arguments_refuse (error,
                                    _("“+” and “-” before CPU features are known of PCs only"));

  for (guint i = 1; items[i] != NULL; i++)
    if (items[i][0] == '+' || items[i][0] == '-')
      if (!check_feature ((const char *const *) items, i, error))
        return FALSE;

  for (guint i = 1; items[i] != NULL; i++)
    if (items[i][0] == '+' || items[i][0] == '-')
      {
        g_autofree char *old = items[i];

        items[i] = g_strdup_printf ("%s=%s", old + 1, old[0] == '+' ? "on" : "off");
      }

  value = g_strjoinv (",", items);
  drover_modernise_replace (self, drover_argument_get_flag (self->arguments->pdata[self->argument]),
                            value);
  return TRUE;
}

/* `server,nowait` */

static gboolean
takes_flags (const char *option)
{
  static const char *const options[] = { "chardev", "serial",     "parallel", "monitor",
                                         "qmp",     "qmp-pretty", "gdb",      "spice",
                                         "drive",   "device",     "vnc",      NULL };

  return g_strv_contains (options, option);
}

static gboolean
has_flags (const DroverFields *fields)
{
  g_autoptr (GArray) items = NULL;
  const char *implied;
  const char *text = fields->text;

  if (!takes_flags (fields->option) || fields->is_json || text == NULL)
    return FALSE;

  items = drover_keyval_parse (text, !drover_fields_get_grammar (fields->option, &implied) ||
                                       implied != NULL);
  for (guint i = 0; i < items->len; i++)
    {
      const DroverKeyvalItem *item = &g_array_index (items, DroverKeyvalItem, i);

      if (item->is_flag && item->key_length > 0)
        return TRUE;
    }

  return FALSE;
}

static gboolean
replace_flags (DroverModernise *self, GError **error)
{
  const char *text = self->fields->text;
  const char *implied;
  gboolean first_is_implied =
    !drover_fields_get_grammar (self->fields->option, &implied) || implied != NULL;
  g_autoptr (GArray) items = drover_keyval_parse (text, first_is_implied);
  g_autoptr (GString) result = g_string_new (NULL);
  gsize done = 0;

  for (guint i = 0; i < items->len; i++)
    {
      const DroverKeyvalItem *item = &g_array_index (items, DroverKeyvalItem, i);
      const char *word = text + item->start;
      gboolean off = item->key_length > 2 && g_str_has_prefix (word, "no");

      if (!item->is_flag)
        continue;

      /* An empty item behind a flag would make an escaped comma behind a value. */
      if (item->key_length == 0)
        {
          g_string_append_len (result, text + done, item->start - done);
          done = MIN (item->end + 1, strlen (text));
          continue;
        }
      g_string_append_len (result, text + done, item->start - done);
      g_string_append_printf (result, "%.*s=%s", (int) item->key_length - (off ? 2 : 0),
                              word + (off ? 2 : 0), off ? "off" : "on");
      done = item->end;
    }

  g_string_append (result, text + done);
  drover_modernise_replace (self, drover_argument_get_flag (self->arguments->pdata[self->argument]),
                            result->str);
  return TRUE;
}

/* What can be rewritten */

static gboolean
is_always (const DroverFields *fields)
{
  return TRUE;
}

static gboolean
has_model (const DroverFields *fields)
{
  return drover_fields_get (fields, "model") != NULL;
}

static gboolean
is_card (const DroverFields *fields)
{
  const char *value = drover_fields_get (fields, "");

  return value != NULL && !g_str_equal (value, "none") && !g_str_has_prefix (value, "help");
}

static const struct
{
  const char *options; /* between blanks; a bare image is `image` */
  gboolean (*applies) (const DroverFields *fields);
  DroverModerniseFunc run;
  const char *sentence;
} rules[] = {
  { " M ", is_always, replace_same, N_("Spells “-M” out as “-machine”.") },
  { " no-hpet no-acpi no-fd-bootchk usb ", is_always, replace_machine,
    N_("Says it as a property of the machine, with “-machine”.") },
  { " watchdog ", is_always, replace_same, N_("Adds the watchdog with “-device”.") },
  { " std-vga ", is_always, replace_same, N_("Says it with “-vga”.") },
  { " curses sdl ", is_always, replace_same, N_("Says it with “-display”.") },
  { " localtime ", is_always, replace_same, N_("Says it with “-rtc”.") },
  { " enable-kvm ", is_always, replace_kvm, N_("Says it with “-accel kvm”.") },
  { " usbdevice ", is_always, replace_usb_device,
    N_("Adds the USB device with “-device”, and USB with “-machine usb=on”.") },
  { " balloon ", is_always, replace_balloon, N_("Adds the balloon with “-device”.") },
  { " realtime ", is_always, replace_realtime, N_("Says it with “-overcommit”.") },
  { " mem-path ", is_always, drover_modernise_memory,
    N_("Makes the memory an object of its own, with “-object memory-backend-file”.") },
  { " cpu ", has_signs, replace_signs, N_("Writes “+x,-y” as “x=on,y=off”.") },
  { " image hda hdb hdc hdd cdrom fda fdb pflash sd mtdblock drive ", is_always,
    drover_modernise_disk, N_("Splits the drive into “-blockdev” and what the guest sees of it.") },
  { " net ", is_always, drover_modernise_net,
    N_("Joins the old “-net” options into one network card, with “-nic”.") },
  { " soundhw ", is_always, drover_modernise_sound, N_("Adds the sound card with “-device”.") },
  { " audio ", has_model, drover_modernise_sound,
    N_("Splits it into “-audiodev” and the sound card.") },
  { " virtfs ", is_always, drover_modernise_share,
    N_("Splits it into “-fsdev” and the device that the guest sees.") },
  { " vga ", is_card, drover_modernise_display, N_("Adds the graphics card with “-device”.") },
  { " chardev serial parallel monitor qmp qmp-pretty gdb spice device vnc ", has_flags,
    replace_flags, N_("Writes bare words such as “nowait” as “wait=off”.") },
};

static int
find_rule (const DroverFields *fields, const char *option)
{
  g_autofree char *word = g_strdup_printf (" %s ", *option == '\0' ? "image" : option);

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    if (strstr (rules[i].options, word) != NULL && rules[i].applies (fields))
      return i;

  return -1;
}

/**
 * drover_modernise_can:
 * @references: a machine's arguments, read
 * @argument: index of one of them, or -1
 *
 * Returns: whether it is written in an older form that a newer one exists for
 */
gboolean
drover_modernise_can (DroverReferences *references, int argument)
{
  const DroverFields *fields = argument >= 0 ? references->fields->pdata[argument] : NULL;

  return fields != NULL && find_rule (fields, fields->name) >= 0;
}

/**
 * drover_part_describe_modern:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @argument: index of one of them
 *
 * Returns: (transfer full) (nullable): what drover_arguments_modernise_in() would do with it, in a
 *   sentence; %NULL when it is in today's form
 */
char *
drover_part_describe_modern (GPtrArray *arguments, guint argument)
{
  g_autoptr (DroverFields) fields = drover_fields_new (arguments->pdata[argument]);
  int rule = find_rule (fields, fields->name);

  return rule < 0 || drover_arguments_get_file (arguments, argument) != NULL
           ? NULL
           : g_strdup (_(rules[rule].sentence));
}

/**
 * drover_arguments_modernise_in:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @program: its program
 * @folder: (nullable): its folder, where relative file names start
 * @argument: index of the one to rewrite
 * @error: set to %DROVER_ERROR_ARGUMENT with the reason when it is better left as it is
 *
 * Rewrites one argument in today's form. The machine stays the same; where that is not sure,
 * this refuses. To see a disk's format its file may be read.
 *
 * Returns: (transfer full) (nullable): the new arguments
 */
GPtrArray *
drover_arguments_modernise_in (GPtrArray *arguments, const char *program, const char *folder,
                               guint argument, GError **error)
{
  g_autoptr (DroverReferences) references = drover_references_new (arguments);
  g_autoptr (GPtrArray) result = drover_arguments_copy (arguments);
  const DroverFields *fields = references->fields->pdata[argument];
  DroverModernise self = { arguments, references, program, folder,
                           drover_board_find (references, program), argument, fields, result };
  int rule = find_rule (fields, fields->name);

  if (!drover_arguments_check_own (arguments, argument, error))
    return NULL;
  if (rule < 0)
    {
      drover_arguments_refuse (error, _("This is in today’s form already"));
      return NULL;
    }
  if (!rules[rule].run (&self, error))
    return NULL;

  return g_steal_pointer (&result);
}
