/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-firmware-group.h"
#include "drover-machine-firmware.h"
#include "drover-setting-row.h"

/* How the machine starts: one way of several, why another cannot be had, and which arguments the
 * one makes. */
struct _DroverFirmwareGroup
{
  AdwPreferencesGroup parent_instance;

  DroverConfig *config;
  char *program;      /* of which are the lists */
  char *architecture;
  char *machine;
  GPtrArray *list;
  GPtrArray *choices;

  GPtrArray *rows;    /* of GtkWidget: one of each choice, in their order */
  GPtrArray *buttons; /* and its GtkCheckButton */
  GtkCheckButton *none; /* active when none of the others is */
  AdwActionRow *wait;
  AdwExpanderRow *arguments;
  GPtrArray *argument_rows;
  GtkWidget *kernel_rows[4];
  gboolean updating;
};

G_DEFINE_FINAL_TYPE (DroverFirmwareGroup, drover_firmware_group, ADW_TYPE_PREFERENCES_GROUP)

static void update (DroverFirmwareGroup *self);

static void
toast (DroverFirmwareGroup *self, const char *message)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", message);
}

static void
choose (DroverFirmwareGroup *self, DroverFirmwareChoice *choice, const char *file)
{
  DroverEditor *editor = drover_config_get_editor (self->config);
  g_autoptr (DroverDocument) document = NULL;
  g_autoptr (GError) error = NULL;

  document = drover_machine_firmware_choose (drover_editor_get_document (editor), choice, file,
                                             &error);
  if (document == NULL || !drover_editor_apply (editor, document, _("Firmware"), NULL, &error))
    toast (self, error->message);
  update (self);
}

static void
file_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DroverFirmwareGroup) self = user_data;
  const char *kind = g_object_get_data (source, "kind");
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file =
    gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, &error);
  DroverFirmwareChoice *choice =
    self->choices != NULL ? drover_firmware_choices_find (self->choices, kind) : NULL;

  if (file != NULL && g_file_peek_path (file) == NULL)
    toast (self, _("QEMU needs a file of this computer"));
  else if (file != NULL && choice != NULL)
    choose (self, choice, g_file_peek_path (file));
  else if (error != NULL && !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    toast (self, error->message);
  update (self);
}

static void
ask_for_file (DroverFirmwareGroup *self, DroverFirmwareChoice *choice)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  gtk_file_dialog_set_title (dialog, choice->title);
  g_object_set_data (G_OBJECT (dialog), "kind", (gpointer) choice->kind);
  gtk_file_dialog_open (dialog, GTK_WINDOW (root), NULL, file_chosen_cb, g_object_ref (self));
}

static void
toggled_cb (DroverFirmwareGroup *self, GtkCheckButton *button)
{
  GPtrArray *arguments = drover_config_get_arguments (self->config);
  guint index;

  if (self->updating || arguments == NULL || !gtk_check_button_get_active (button) ||
      !g_ptr_array_find (self->buttons, button, &index))
    return;

  if (drover_firmware_choice_needs_file (self->choices->pdata[index], arguments))
    ask_for_file (self, self->choices->pdata[index]);
  else
    choose (self, self->choices->pdata[index], NULL);
}

static void
argument_activated_cb (DroverFirmwareGroup *self, AdwActionRow *row)
{
  drover_config_select (self->config,
                        GPOINTER_TO_INT (g_object_get_data (G_OBJECT (row), "argument")), 0, 0);
}

static void
add_choice (DroverFirmwareGroup *self, const DroverFirmwareChoice *choice)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *button = gtk_check_button_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), choice->title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row),
                               choice->why_not != NULL ? choice->why_not : choice->summary);
  gtk_widget_set_name (row, choice->kind);
  gtk_widget_set_sensitive (button, choice->why_not == NULL);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_check_button_set_group (GTK_CHECK_BUTTON (button), self->none);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), button);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  choice->title, -1);
  if (choice->why_not != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                    choice->why_not, -1);
  if (choice->why_not == NULL)
    adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), button);
  g_signal_connect_object (button, "toggled", G_CALLBACK (toggled_cb), self, G_CONNECT_SWAPPED);

  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row);
  g_ptr_array_add (self->rows, row);
  g_ptr_array_add (self->buttons, button);
}

static void
remove_rows (DroverFirmwareGroup *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self), self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  g_ptr_array_set_size (self->buttons, 0);
}

/* What stays below the choices. */
static void
move_to_end (DroverFirmwareGroup *self, GtkWidget *row)
{
  g_object_ref (row);
  adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self), row);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row);
  g_object_unref (row);
}

/* Whether the choices are still those of this machine. */
static void
update_choices (DroverFirmwareGroup *self, DroverDocument *document, DroverCatalogue *catalogue)
{
  const char *program = drover_document_get_program (document);
  g_autofree char *machine =
    drover_firmware_dup_machine (drover_document_get_arguments (document), catalogue);

  if (g_strcmp0 (self->program, program) == 0 && g_strcmp0 (self->machine, machine) == 0)
    return;

  g_set_str (&self->program, program);
  g_set_str (&self->machine, machine);
  g_free (self->architecture);
  self->architecture = drover_firmware_dup_architecture (program);
  if (self->architecture == NULL)
    self->architecture = g_strdup (drover_catalogue_get_architecture (catalogue));
  g_clear_pointer (&self->list, g_ptr_array_unref);
  g_clear_pointer (&self->choices, g_ptr_array_unref);
  self->list = drover_firmware_list (program);
  self->choices = drover_firmware_choices_list (self->list, self->architecture,
                                                machine != NULL ? machine : "");

  remove_rows (self);
  for (guint i = 0; i < self->choices->len; i++)
    add_choice (self, self->choices->pdata[i]);
  for (guint i = 0; i < G_N_ELEMENTS (self->kernel_rows); i++)
    move_to_end (self, self->kernel_rows[i]);
  move_to_end (self, GTK_WIDGET (self->arguments));
}

static void
add_argument (DroverFirmwareGroup *self, GPtrArray *arguments, guint index)
{
  DroverArgument *argument = arguments->pdata[index];
  const char *flag = drover_argument_get_flag (argument);
  const char *value = drover_argument_get_value (argument);
  const char *note = drover_argument_get_note (argument);
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *text = g_strdup_printf ("%s%s%s", flag != NULL ? flag : "",
                                           flag != NULL && value != NULL ? " " : "",
                                           value != NULL ? value : "");

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), text);
  if (note != NULL)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), note);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  g_object_set_data (G_OBJECT (row), "argument", GINT_TO_POINTER (index));
  g_signal_connect_object (row, "activated", G_CALLBACK (argument_activated_cb), self,
                           G_CONNECT_SWAPPED);
  adw_expander_row_add_row (self->arguments, row);
  g_ptr_array_add (self->argument_rows, row);
}

static void
show_arguments (DroverFirmwareGroup *self, GPtrArray *arguments,
                const DroverFirmwareReading *reading)
{
  g_autofree char *words = NULL;

  for (guint i = 0; i < self->argument_rows->len; i++)
    adw_expander_row_remove (self->arguments, self->argument_rows->pdata[i]);
  g_ptr_array_set_size (self->argument_rows, 0);
  for (guint i = 0; i < arguments->len; i++)
    for (guint j = 0; j < reading->arguments->len; j++)
      if (g_array_index (reading->arguments, guint, j) == i)
        add_argument (self, arguments, i);

  if (reading->legacy != NULL)
    words = g_strdup_printf (_("Written the older way, by %s. It works all the same."),
                             reading->legacy);
  else if (reading->firmware != NULL)
    words = g_strdup (reading->firmware->title);
  gtk_widget_set_visible (GTK_WIDGET (self->arguments), self->argument_rows->len > 0);
  adw_expander_row_set_subtitle (self->arguments, words != NULL ? words : "");
}

static void
show_reading (DroverFirmwareGroup *self, GPtrArray *arguments)
{
  g_autoptr (DroverFirmwareReading) reading =
    drover_firmware_read (arguments, self->architecture, self->list);
  GtkCheckButton *active = self->none;

  for (guint i = 0; i < self->choices->len; i++)
    if (g_str_equal (((DroverFirmwareChoice *) self->choices->pdata[i])->kind, reading->kind))
      active = self->buttons->pdata[i];

  self->updating = TRUE;
  gtk_check_button_set_active (active, TRUE);
  self->updating = FALSE;
  show_arguments (self, arguments, reading);
  for (guint i = 0; i < G_N_ELEMENTS (self->kernel_rows); i++)
    gtk_widget_set_visible (self->kernel_rows[i], reading->kernel != NULL);
}

static void
update (DroverFirmwareGroup *self)
{
  DroverDocument *document =
    drover_editor_get_document (drover_config_get_editor (self->config));
  DroverCatalogue *catalogue = drover_config_get_catalogue (self->config);
  const GError *error = drover_config_get_catalogue_error (self->config);

  if (document == NULL || catalogue == NULL)
    {
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->wait),
                                     error != NULL ? error->message : _("QEMU is being asked…"));
      gtk_widget_set_visible (GTK_WIDGET (self->wait), TRUE);
      return;
    }

  gtk_widget_set_visible (GTK_WIDGET (self->wait), FALSE);
  update_choices (self, document, catalogue);
  show_reading (self, drover_document_get_arguments (document));
}

static void
drover_firmware_group_dispose (GObject *object)
{
  DroverFirmwareGroup *self = DROVER_FIRMWARE_GROUP (object);

  g_clear_object (&self->config);
  g_clear_object (&self->none);
  g_clear_pointer (&self->program, g_free);
  g_clear_pointer (&self->architecture, g_free);
  g_clear_pointer (&self->machine, g_free);
  g_clear_pointer (&self->list, g_ptr_array_unref);
  g_clear_pointer (&self->choices, g_ptr_array_unref);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->buttons, g_ptr_array_unref);
  g_clear_pointer (&self->argument_rows, g_ptr_array_unref);

  G_OBJECT_CLASS (drover_firmware_group_parent_class)->dispose (object);
}

static void
drover_firmware_group_class_init (DroverFirmwareGroupClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_firmware_group_dispose;
}

static void
drover_firmware_group_init (DroverFirmwareGroup *self)
{
  AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP (self);

  self->rows = g_ptr_array_new ();
  self->buttons = g_ptr_array_new ();
  self->argument_rows = g_ptr_array_new ();
  self->none = GTK_CHECK_BUTTON (g_object_ref_sink (gtk_check_button_new ()));

  adw_preferences_group_set_title (group, _("How It Starts"));
  self->wait = ADW_ACTION_ROW (adw_action_row_new ());
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self->wait), FALSE);
  adw_preferences_group_add (group, GTK_WIDGET (self->wait));
  self->arguments = ADW_EXPANDER_ROW (adw_expander_row_new ());
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self->arguments), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->arguments), _("Its Arguments"));
  adw_preferences_group_add (group, GTK_WIDGET (self->arguments));
  gtk_widget_set_visible (GTK_WIDGET (self->arguments), FALSE);
}

/**
 * drover_firmware_group_new:
 * @config: a machine's configuration
 *
 * Returns: (transfer floating): the choice of how the machine starts
 */
GtkWidget *
drover_firmware_group_new (DroverConfig *config)
{
  static const char *const kernel[] = { "boot.kernel", "boot.initrd", "boot.append", "boot.dtb" };
  DroverFirmwareGroup *self = g_object_new (DROVER_TYPE_FIRMWARE_GROUP, NULL);

  self->config = g_object_ref (config);
  for (guint i = 0; i < G_N_ELEMENTS (kernel); i++)
    {
      self->kernel_rows[i] = drover_setting_row_new (config, drover_setting_find (kernel[i]));
      gtk_widget_set_visible (self->kernel_rows[i], FALSE);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), self->kernel_rows[i]);
    }

  g_signal_connect_object (config, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (config, "notify::catalogue", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
