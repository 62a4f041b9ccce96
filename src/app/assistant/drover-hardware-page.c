/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-hardware-page.h"
#include "drover-program.h"
#include "drover-ssh-port.h"

#define MIB (1024 * 1024)
#define GIB (1024 * 1024 * 1024)

/* The machine itself: its name, its board's architecture, and how much of everything. */
struct _DroverHardwarePage
{
  DroverAssistantPage parent_instance;

  GtkWidget *name;
  GtkWidget *architecture;
  GtkWidget *memory;
  GtkWidget *cpus;
  GtkWidget *disk;
  GtkWidget *firmware;
  GtkStringList *firmware_titles;
  GStrv firmware_kinds;
  GtkWidget *display;
  GtkWidget *ssh_port; /* NULL when the template forwards none */
  guint64 disk_unit;
  gboolean updating;
};

G_DEFINE_FINAL_TYPE (DroverHardwarePage, drover_hardware_page, DROVER_TYPE_ASSISTANT_PAGE)

static DroverDraft *
get_draft (DroverHardwarePage *self)
{
  return drover_assistant_page_get_draft (DROVER_ASSISTANT_PAGE (self));
}

static DroverTemplate *
get_template (DroverHardwarePage *self)
{
  return drover_draft_get_template (get_draft (self));
}

static DroverCreationChoices *
get_choices (DroverHardwarePage *self)
{
  return drover_draft_get_choices (get_draft (self));
}

/* Every amount is said to be wrong on its own row. */
static void
check_sizes (DroverHardwarePage *self, GtkWidget *row, guint64 memory, guint cpus, guint64 disk)
{
  g_autoptr (GError) error = NULL;

  if (row == NULL)
    return;
  drover_template_check_sizes (get_template (self), memory, cpus, disk, &error);
  drover_assistant_set_problem (row, error != NULL ? error->message : NULL);
}

static void
check_program (DroverHardwarePage *self)
{
  g_autofree char *program =
    g_strconcat ("qemu-system-", get_choices (self)->architecture, NULL);
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  path = drover_program_find (program, &error);
  drover_assistant_set_problem (self->architecture, error != NULL ? error->message : NULL);
}

static void
check_ssh_port (DroverHardwarePage *self)
{
  g_autoptr (GError) error = NULL;

  if (self->ssh_port == NULL)
    return;
  drover_ssh_port_check (drover_draft_get_library (get_draft (self)),
                         get_choices (self)->ssh_port, &error);
  drover_assistant_set_problem (self->ssh_port, error != NULL ? error->message : NULL);
}

static void
check (DroverHardwarePage *self)
{
  DroverCreationChoices *choices = get_choices (self);
  GtkWidget *rows[] = { self->name, self->architecture, self->memory,
                        self->cpus, self->disk,         self->ssh_port };
  gboolean complete = TRUE;

  drover_assistant_set_problem (self->name,
                                *choices->name == '\0' ? _("The machine needs a name") : NULL);
  check_program (self);
  check_sizes (self, self->memory, choices->memory, 0, 0);
  check_sizes (self, self->cpus, 0, choices->cpus, 0);
  check_sizes (self, self->disk, 0, 0, choices->disk);
  check_ssh_port (self);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    complete = complete && (rows[i] == NULL || !drover_assistant_has_problem (rows[i]));
  drover_assistant_page_set_complete (DROVER_ASSISTANT_PAGE (self), complete,
                                      _("Something above is not right yet"));
}

static guint64
get_amount (GtkWidget *row, guint64 unit)
{
  return (guint64) (adw_spin_row_get_value (ADW_SPIN_ROW (row)) * unit + 0.5);
}

static void
changed_cb (DroverHardwarePage *self)
{
  DroverCreationChoices *choices = get_choices (self);
  g_autofree char *name = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name)));

  if (self->updating)
    return;

  g_set_str (&choices->name, g_strstrip (name));
  choices->memory = get_amount (self->memory, MIB);
  choices->cpus = get_amount (self->cpus, 1);
  if (self->disk != NULL)
    choices->disk = get_amount (self->disk, self->disk_unit);
  if (self->display != NULL)
    choices->display = adw_switch_row_get_active (ADW_SWITCH_ROW (self->display));
  if (self->ssh_port != NULL)
    choices->ssh_port = get_amount (self->ssh_port, 1);
  check (self);
}

static void
firmware_selected_cb (DroverHardwarePage *self)
{
  guint selected = adw_combo_row_get_selected (ADW_COMBO_ROW (self->firmware));

  if (self->updating || selected == GTK_INVALID_LIST_POSITION)
    return;
  /* The first is the template's own wish, which may find another when that is not there. */
  g_set_str (&get_choices (self)->firmware, selected > 0 ? self->firmware_kinds[selected] : NULL);
}

static const char *
get_firmware_title (const char *kind)
{
  static const struct
  {
    const char *kind;
    const char *title;
  } titles[] = {
    { "bios", N_("BIOS") },
    { "uefi", N_("UEFI") },
    { "secure-boot", N_("UEFI with Secure Boot") },
    { "secure-boot-enrolled", N_("UEFI with Secure Boot, Microsoft’s keys") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    if (g_str_equal (titles[i].kind, kind))
      return _(titles[i].title);
  return kind;
}

static void
show_firmware (DroverHardwarePage *self)
{
  DroverCreationChoices *choices = get_choices (self);

  g_clear_pointer (&choices->firmware, g_free);
  g_clear_pointer (&self->firmware_kinds, g_strfreev);
  self->firmware_kinds =
    drover_template_dup_firmwares (get_template (self), choices->architecture);
  self->updating = TRUE;
  gtk_string_list_splice (self->firmware_titles, 0,
                          g_list_model_get_n_items (G_LIST_MODEL (self->firmware_titles)), NULL);
  for (guint i = 0; self->firmware_kinds[i] != NULL; i++)
    gtk_string_list_append (self->firmware_titles, get_firmware_title (self->firmware_kinds[i]));
  adw_combo_row_set_selected (ADW_COMBO_ROW (self->firmware), 0);
  self->updating = FALSE;
  gtk_widget_set_visible (self->firmware, g_strv_length (self->firmware_kinds) > 1);
}

static void
show_architecture (DroverHardwarePage *self)
{
  const char *architecture = get_choices (self)->architecture;
  gboolean foreign = !g_str_equal (architecture, drover_draft_get_host_architecture ());

  adw_action_row_set_subtitle (
    ADW_ACTION_ROW (self->architecture),
    foreign ? _("Not this computer’s own: its processor is emulated, which is slow") : NULL);
}

static void
architecture_selected_cb (DroverHardwarePage *self)
{
  const char *const *architectures = drover_template_get_architectures (get_template (self));
  guint selected = adw_combo_row_get_selected (ADW_COMBO_ROW (self->architecture));

  if (self->updating || selected == GTK_INVALID_LIST_POSITION)
    return;

  g_set_str (&get_choices (self)->architecture, architectures[selected]);
  show_architecture (self);
  show_firmware (self);
  check (self);
}

/* Making the rows */

static GtkWidget *
add_combo (DroverHardwarePage *self, AdwPreferencesGroup *group, const char *title,
           GtkStringList *model, GCallback callback)
{
  GtkWidget *row = adw_combo_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (model));
  adw_preferences_group_add (group, row);
  g_signal_connect_object (row, "notify::selected", callback, self, G_CONNECT_SWAPPED);
  return row;
}

static void
add_identity (DroverHardwarePage *self)
{
  AdwPreferencesGroup *group =
    drover_assistant_page_add_group (DROVER_ASSISTANT_PAGE (self), NULL, NULL);
  const char *const *architectures = drover_template_get_architectures (get_template (self));
  g_autoptr (GtkStringList) model = gtk_string_list_new (architectures);
  guint selected = 0;

  self->name = drover_assistant_add_entry (group, _("Name"));
  gtk_editable_set_text (GTK_EDITABLE (self->name), get_choices (self)->name);
  g_signal_connect_object (self->name, "changed", G_CALLBACK (changed_cb), self,
                           G_CONNECT_SWAPPED);

  while (architectures[selected] != NULL &&
         !g_str_equal (architectures[selected], get_choices (self)->architecture))
    selected++;
  self->architecture = add_combo (self, group, _("Architecture"), model,
                                  G_CALLBACK (architecture_selected_cb));
  adw_combo_row_set_selected (ADW_COMBO_ROW (self->architecture), selected);

  self->firmware_titles = gtk_string_list_new (NULL);
  self->firmware = add_combo (self, group, _("Firmware"), self->firmware_titles,
                              G_CALLBACK (firmware_selected_cb));
}

static GtkWidget *
add_amount (DroverHardwarePage *self, AdwPreferencesGroup *group, const char *title,
            const char *subtitle, double value, double upper)
{
  GtkWidget *row = adw_spin_row_new_with_range (1, upper, 1);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_spin_row_set_value (ADW_SPIN_ROW (row), value);
  g_signal_connect_object (row, "notify::value", G_CALLBACK (changed_cb), self,
                           G_CONNECT_SWAPPED);
  adw_preferences_group_add (group, row);
  return row;
}

static char *
dup_size (guint64 size)
{
  return g_format_size_full (size, G_FORMAT_SIZE_IEC_UNITS);
}

static void
add_memory (DroverHardwarePage *self, AdwPreferencesGroup *group)
{
  DroverTemplate *template = get_template (self);
  g_autofree char *least = dup_size (drover_template_get_least_memory (template));
  g_autofree char *usual = dup_size (drover_template_get_memory (template));
  g_autofree char *host = dup_size (drover_draft_get_host_memory ());
  g_autofree char *subtitle = g_strdup_printf (
    _("At least %s, recommended %s; this computer has %s"), least, usual, host);

  self->memory = add_amount (self, group, _("Memory (MiB)"), subtitle,
                             get_choices (self)->memory / (double) MIB, 16 * 1024 * 1024);
  adw_spin_row_set_snap_to_ticks (ADW_SPIN_ROW (self->memory), FALSE);
  gtk_adjustment_set_step_increment (adw_spin_row_get_adjustment (ADW_SPIN_ROW (self->memory)),
                                     256);
}

static void
add_cpus (DroverHardwarePage *self, AdwPreferencesGroup *group)
{
  DroverTemplate *template = get_template (self);
  g_autofree char *subtitle = g_strdup_printf (
    _("At least %u, recommended %u; this computer has %u"),
    drover_template_get_least_cpus (template), drover_template_get_cpus (template),
    g_get_num_processors ());

  self->cpus = add_amount (self, group, _("Processors"), subtitle, get_choices (self)->cpus, 4096);
}

static guint64
get_free_space (DroverHardwarePage *self)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), NULL);
  g_autoptr (GFile) file = g_file_new_for_path (folder);
  g_autoptr (GFileInfo) info =
    g_file_query_filesystem_info (file, G_FILE_ATTRIBUTE_FILESYSTEM_FREE, NULL, NULL);

  return info != NULL
           ? g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE)
           : 0;
}

static void
add_disk (DroverHardwarePage *self, AdwPreferencesGroup *group)
{
  DroverTemplate *template = get_template (self);
  g_autofree char *least = dup_size (drover_template_get_least_disk (template));
  g_autofree char *usual = dup_size (drover_template_get_disk (template));
  g_autofree char *free_space = dup_size (get_free_space (self));
  g_autofree char *subtitle = g_strdup_printf (
    _("At least %s, recommended %s; %s are free. The file grows as the guest writes."), least,
    usual, free_space);
  gboolean small = drover_template_get_disk (template) % GIB != 0;

  if (drover_template_get_disk (template) == 0)
    return;

  self->disk_unit = small ? MIB : GIB;
  self->disk = add_amount (self, group, small ? _("Disk (MiB)") : _("Disk (GiB)"), subtitle,
                           get_choices (self)->disk / (double) self->disk_unit, 1024 * 1024);
}

static void
add_display (DroverHardwarePage *self, AdwPreferencesGroup *group)
{
  self->display = adw_switch_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->display), _("Screen"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->display),
                               _("In a window of its own; the guest’s text console is there anyway"));
  adw_switch_row_set_active (ADW_SWITCH_ROW (self->display), get_choices (self)->display);
  adw_preferences_group_add (group, self->display);
  g_signal_connect_object (self->display, "notify::active", G_CALLBACK (changed_cb), self,
                           G_CONNECT_SWAPPED);
}

static void
add_network (DroverHardwarePage *self)
{
  DroverCreationChoices *choices = get_choices (self);
  AdwPreferencesGroup *group;

  if (!drover_template_takes_ssh_port (get_template (self)))
    return;

  if (choices->ssh_port == 0)
    choices->ssh_port = drover_ssh_port_choose (drover_draft_get_library (get_draft (self)));
  group = drover_assistant_page_add_group (
    DROVER_ASSISTANT_PAGE (self), _("Network"),
    _("The guest reaches the network through this computer. Nobody reaches the guest, but by the "
      "port below, and that only from this computer."));
  self->ssh_port = add_amount (self, group, _("SSH Port"),
                               _("Of this computer; it leads to the guest’s SSH server"),
                               choices->ssh_port, G_MAXUINT16);
}

static gboolean
drover_hardware_page_next (DroverAssistantPage *page)
{
  changed_cb (DROVER_HARDWARE_PAGE (page));
  return TRUE;
}

static void
drover_hardware_page_finalize (GObject *object)
{
  DroverHardwarePage *self = DROVER_HARDWARE_PAGE (object);

  g_clear_object (&self->firmware_titles);
  g_clear_pointer (&self->firmware_kinds, g_strfreev);

  G_OBJECT_CLASS (drover_hardware_page_parent_class)->finalize (object);
}

static void
drover_hardware_page_class_init (DroverHardwarePageClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = drover_hardware_page_finalize;
  DROVER_ASSISTANT_PAGE_CLASS (klass)->next = drover_hardware_page_next;
}

static void
drover_hardware_page_init (DroverHardwarePage *self)
{
  drover_assistant_page_set_label (DROVER_ASSISTANT_PAGE (self), _("_Next"));
}

/**
 * drover_hardware_page_new:
 * @draft: what is being made
 *
 * Returns: (transfer floating): the page for the machine itself
 */
DroverAssistantPage *
drover_hardware_page_new (DroverDraft *draft)
{
  DroverHardwarePage *self = g_object_new (
    DROVER_TYPE_HARDWARE_PAGE, "title",
    drover_template_get_title (drover_draft_get_template (draft)), NULL);
  AdwPreferencesGroup *group;

  drover_assistant_page_set_draft (DROVER_ASSISTANT_PAGE (self), draft);
  self->updating = TRUE;
  add_identity (self);
  group = drover_assistant_page_add_group (DROVER_ASSISTANT_PAGE (self), NULL, NULL);
  add_memory (self, group);
  add_cpus (self, group);
  add_disk (self, group);
  add_display (self, group);
  add_network (self);
  show_firmware (self);
  self->updating = FALSE;
  show_architecture (self);
  check (self);
  return DROVER_ASSISTANT_PAGE (self);
}
