/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-config.h"
#include "drover-device-details.h"
#include "drover-dex.h"
#include "drover-editor.h"
#include "drover-machine-page.h"

/* One device, bus or object of a running machine: what made it, and all its values. */
struct _DroverDeviceDetails
{
  AdwBin parent_instance;

  DroverRun *run;
  DroverDeviceNode *node; /* (nullable) */
  GtkStack *stack;
  GtkLabel *title;
  GtkLabel *path;
  AdwActionRow *origin;
  GtkWidget *show;
  AdwPreferencesGroup *group;
  GtkListBox *list;
};

G_DEFINE_FINAL_TYPE (DroverDeviceDetails, drover_device_details, ADW_TYPE_BIN)

/* The argument as it is edited now, which may be another than that of the start. */
static int
find_argument (DroverDeviceDetails *self)
{
  DroverEditor *editor = drover_editor_get_for_machine (drover_run_get_machine (self->run));
  GPtrArray *arguments = drover_editor_get_arguments (editor);

  const char *program = arguments != NULL
                          ? drover_document_get_program (drover_editor_get_document (editor))
                          : NULL;

  return program != NULL ? drover_device_node_find_argument (self->node, program, arguments) : -1;
}

static void
show_cb (DroverDeviceDetails *self)
{
  GtkWidget *page = gtk_widget_get_ancestor (GTK_WIDGET (self), DROVER_TYPE_MACHINE_PAGE);
  int argument = find_argument (self);
  DroverConfig *config;

  if (page == NULL || argument < 0)
    return;

  /* The views of the configuration follow when something else is chosen there: it may have been
   * chosen before, and left since. */
  config = drover_machine_page_show_configuration (DROVER_MACHINE_PAGE (page));
  drover_config_select (config, -1, 0, 0);
  drover_config_select (config, argument, 0, 0);
}

static char *
dup_argument (DroverDeviceDetails *self, int i)
{
  DroverEditor *editor = drover_editor_get_for_machine (drover_run_get_machine (self->run));
  DroverArgument *argument = drover_editor_get_arguments (editor)->pdata[i];
  const char *flag = drover_argument_get_flag (argument);
  const char *value = drover_argument_get_value (argument);

  return g_strdup_printf ("%s %s", flag != NULL ? flag : "", value != NULL ? value : "");
}

static void
update_origin (DroverDeviceDetails *self)
{
  DroverDeviceOrigin origin = drover_device_node_get_origin (self->node);
  int argument = find_argument (self);
  g_autofree char *text = NULL;

  gtk_widget_set_visible (self->show, argument >= 0);
  adw_action_row_set_activatable_widget (self->origin, argument >= 0 ? self->show : NULL);
  if (argument >= 0)
    {
      text = dup_argument (self, argument);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->origin),
                                     _("Made by this argument"));
    }
  else if (origin == DROVER_DEVICE_ORIGIN_ARGUMENT)
    {
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->origin),
                                     _("Made by an argument that is gone"));
      text = g_strdup (_("The machine was started with it, and it was taken out since."));
    }
  else if (origin == DROVER_DEVICE_ORIGIN_LATER)
    {
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->origin),
                                     _("Added while the machine runs"));
      text = g_strdup (_("No argument of the command line made it."));
    }
  else
    {
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->origin),
                                     _("Made by the machine itself"));
      text = g_strdup (_("The board has it, or QEMU needs it; no argument asks for it."));
    }
  adw_action_row_set_subtitle (self->origin, text);
}

/* The arguments are edited while somebody looks. */
static void
document_cb (DroverDeviceDetails *self)
{
  if (self->node != NULL)
    update_origin (self);
}

static void
add_row (DroverDeviceDetails *self, const DroverDeviceProperty *property)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *tooltip = property->description != NULL
                               ? g_strdup_printf ("%s\n%s", property->type, property->description)
                               : g_strdup (property->type);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), property->name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), property->value);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 4);
  adw_action_row_set_subtitle_selectable (ADW_ACTION_ROW (row), TRUE);
  gtk_widget_add_css_class (row, "property");
  gtk_widget_set_tooltip_text (row, tooltip);
  gtk_list_box_append (self->list, row);
}

typedef struct
{
  DroverDeviceDetails *self;
  DroverDeviceNode *node;
} Load;

static void
load_free (gpointer data)
{
  Load *load = data;

  g_object_unref (load->self);
  g_object_unref (load->node);
  g_free (load);
}

static DexFuture *
load_fiber (gpointer user_data)
{
  Load *load = user_data;
  DroverDeviceDetails *self = load->self;
  g_autofree char *why = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) properties =
    dex_await_boxed (drover_device_node_load_properties (load->node, self->run), &error);

  /* Meanwhile another may have been chosen. */
  if (self->node != load->node || self->list == NULL)
    return dex_future_new_true ();

  gtk_list_box_remove_all (self->list);
  for (guint i = 0; properties != NULL && i < properties->len; i++)
    add_row (self, properties->pdata[i]);
  gtk_widget_set_visible (GTK_WIDGET (self->list), properties != NULL && properties->len > 0);
  why = error != NULL ? g_markup_escape_text (error->message, -1) : NULL;
  adw_preferences_group_set_description (self->group, why);
  return dex_future_new_true ();
}

/**
 * drover_device_details_show:
 * @node: (nullable): what to show
 *
 * Shows it, and asks QEMU for its values.
 */
void
drover_device_details_show (DroverDeviceDetails *self, DroverDeviceNode *node)
{
  const char *path = node != NULL ? drover_device_node_get_path (node) : NULL;
  const char *type = node != NULL ? drover_device_node_get_type_name (node) : NULL;
  g_autofree char *text = NULL;
  Load *load;

  g_return_if_fail (DROVER_IS_DEVICE_DETAILS (self));

  g_set_object (&self->node, node);
  gtk_stack_set_visible_child_name (self->stack, node != NULL ? "details" : "nothing");
  if (node == NULL)
    return;

  text = g_strjoin ("\n", type != NULL ? type : "", path, NULL);
  gtk_label_set_label (self->title, drover_device_node_get_name (node));
  gtk_label_set_label (self->path, text);
  update_origin (self);
  gtk_list_box_remove_all (self->list);
  gtk_widget_set_visible (GTK_WIDGET (self->list), FALSE);
  adw_preferences_group_set_description (
    self->group, path == NULL ? _("Drover does not know which of QEMU’s objects this is.") : NULL);
  if (path == NULL)
    return;

  load = g_new0 (Load, 1);
  load->self = g_object_ref (self);
  load->node = g_object_ref (node);
  drover_dex_forget (drover_dex_spawn (load_fiber, load, load_free));
}

static void
drover_device_details_dispose (GObject *object)
{
  DroverDeviceDetails *self = DROVER_DEVICE_DETAILS (object);

  self->list = NULL;
  g_clear_object (&self->node);
  g_clear_object (&self->run);

  G_OBJECT_CLASS (drover_device_details_parent_class)->dispose (object);
}

static void
drover_device_details_class_init (DroverDeviceDetailsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_device_details_dispose;
}

static GtkWidget *
new_label (GtkLabel **label, const char *style)
{
  GtkWidget *widget = gtk_label_new (NULL);

  *label = GTK_LABEL (widget);
  gtk_label_set_xalign (*label, 0);
  gtk_label_set_wrap (*label, TRUE);
  gtk_label_set_wrap_mode (*label, PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (*label, TRUE);
  gtk_widget_add_css_class (widget, style);
  return widget;
}

static GtkWidget *
new_content (DroverDeviceDetails *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *origin = adw_preferences_group_new ();
  GtkWidget *path;

  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  gtk_widget_set_margin_top (box, 6);
  gtk_widget_set_margin_bottom (box, 24);
  gtk_box_append (GTK_BOX (box), new_label (&self->title, "title-3"));
  path = new_label (&self->path, "dimmed");
  gtk_widget_add_css_class (path, "monospace");
  gtk_box_append (GTK_BOX (box), path);

  self->origin = ADW_ACTION_ROW (adw_action_row_new ());
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self->origin), FALSE);
  adw_action_row_set_subtitle_lines (self->origin, 4);
  self->show = gtk_button_new_from_icon_name ("go-next-symbolic");
  gtk_widget_set_valign (self->show, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (self->show, _("Show in the Configuration"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->show), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Show in the Configuration"), -1);
  gtk_widget_add_css_class (self->show, "flat");
  g_signal_connect_swapped (self->show, "clicked", G_CALLBACK (show_cb), self);
  adw_action_row_add_suffix (self->origin, self->show);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (origin), GTK_WIDGET (self->origin));
  gtk_box_append (GTK_BOX (box), origin);

  self->group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  adw_preferences_group_set_title (self->group, _("Properties"));
  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "boxed-list");
  adw_preferences_group_add (self->group, GTK_WIDGET (self->list));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->group));

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), box);
  return scrolled;
}

static void
drover_device_details_init (DroverDeviceDetails *self)
{
  GtkWidget *nothing = adw_status_page_new ();

  self->stack = GTK_STACK (gtk_stack_new ());
  adw_status_page_set_description (
    ADW_STATUS_PAGE (nothing),
    _("Choose a device to see what made it, and the values that QEMU has for it now."));
  gtk_widget_add_css_class (nothing, "compact");
  gtk_stack_add_named (self->stack, nothing, "nothing");
  gtk_stack_add_named (self->stack, new_content (self), "details");
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->stack));
}

/**
 * drover_device_details_new:
 * @run: the machine
 *
 * Returns: (transfer floating): a view of one thing in it, of none at first
 */
GtkWidget *
drover_device_details_new (DroverRun *run)
{
  DroverDeviceDetails *self = g_object_new (DROVER_TYPE_DEVICE_DETAILS, NULL);

  self->run = g_object_ref (run);
  g_signal_connect_object (drover_editor_get_for_machine (drover_run_get_machine (run)),
                           "notify::document", G_CALLBACK (document_cb), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
