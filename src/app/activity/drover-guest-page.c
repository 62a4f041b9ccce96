/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <math.h>

#include "drover-agent-run.h"
#include "drover-dex.h"
#include "drover-editor.h"
#include "drover-error.h"
#include "drover-guest-private.h"
#include "drover-install.h"

G_DEFINE_FINAL_TYPE (DroverGuestPage, drover_guest_page, ADW_TYPE_BIN)

void
_drover_guest_page_tell (DroverGuestPage *self, const char *text)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", text);
}

/* Without an agent */

static gboolean
has_saved_channel (DroverGuestPage *self)
{
  DroverEditor *editor = drover_editor_get_for_machine (drover_run_get_machine (self->run));
  GPtrArray *arguments = drover_editor_get_arguments (editor);
  g_autoptr (DroverAgentChannel) channel =
    arguments != NULL ? drover_agent_channel_find (arguments) : NULL;

  return channel != NULL;
}

static void
show_status (DroverGuestPage *self, const char *title, const char *description, gboolean add,
             gboolean retry, gboolean install)
{
  g_autofree char *markup = g_markup_escape_text (description, -1);

  adw_status_page_set_title (self->status, title);
  adw_status_page_set_description (self->status, markup);
  gtk_widget_set_visible (self->add, add);
  gtk_widget_set_visible (self->retry, retry);
  gtk_widget_set_visible (self->install, install);
  gtk_stack_set_visible_child_name (self->stack, "status");
}

static void
show_off (DroverGuestPage *self)
{
  if (has_saved_channel (self))
    show_status (self, _("The Machine Is Off"),
                 _("The machine has a channel to the QEMU guest agent. When an agent runs in the "
                   "guest, its system, addresses and files are here."), FALSE, FALSE, FALSE);
  else
    show_status (self, _("No Channel to a Guest Agent"),
                 _("The QEMU guest agent is a small program in the guest. It tells the guest’s "
                   "addresses and file systems, copies files, runs commands and shuts the guest "
                   "down. It needs a channel, which this machine does not have."),
                 TRUE, FALSE, FALSE);
}

static void
show_no_channel (DroverGuestPage *self)
{
  if (has_saved_channel (self))
    show_status (self, _("The Channel Comes With the Next Start"),
                 _("The machine has a channel to the guest agent now, and was started without "
                   "it."), FALSE, FALSE, TRUE);
  else
    show_off (self);
}

/* With an agent */

static void
copy_address_cb (GtkWidget *button, DroverGuestPage *self)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (button),
                          g_object_get_data (G_OBJECT (button), "address"));
  _drover_guest_page_tell (self, _("The address is copied."));
}

static GtkWidget *
new_row (const char *title, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_set_subtitle_selectable (ADW_ACTION_ROW (row), TRUE);
  return row;
}

static AdwPreferencesGroup *
add_group (DroverGuestPage *self, const char *title)
{
  GtkWidget *group = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  adw_preferences_page_add (self->page, ADW_PREFERENCES_GROUP (group));
  g_ptr_array_add (self->groups, group);
  return ADW_PREFERENCES_GROUP (group);
}

static void
add_fact (AdwPreferencesGroup *group, const char *title, const char *value)
{
  GtkWidget *row;

  if (value == NULL)
    return;
  row = new_row (title, value);
  gtk_widget_add_css_class (row, "property");
  adw_preferences_group_add (group, row);
}

static void
show_system (DroverGuestPage *self)
{
  const DroverAgentFacts *facts = self->facts;
  AdwPreferencesGroup *group = add_group (self, _("System"));
  g_autofree char *kernel = g_strjoin (" ", facts->kernel != NULL ? facts->kernel : "",
                                       facts->architecture, NULL);
  /* Adding nothing makes plus of the minus that a rounded zero may have. */
  double ahead = round (facts->time_offset / (0.1 * G_USEC_PER_SEC)) / 10 + 0.0;
  /* Translators: a number of seconds with its sign */
  g_autofree char *clock = g_strdup_printf (_("%+.1f seconds"), ahead);

  add_fact (group, _("Operating system"), facts->os);
  add_fact (group, _("Host name"), facts->host_name);
  add_fact (group, _("Kernel"), facts->kernel != NULL ? kernel : NULL);
  add_fact (group, _("Clock, beside this computer’s"), facts->has_time ? clock : NULL);
  add_fact (group, _("Guest agent"), facts->version);
}

static void
show_addresses (DroverGuestPage *self)
{
  const DroverAgentFacts *facts = self->facts;
  AdwPreferencesGroup *group = add_group (self, _("Addresses"));
  GtkWidget *ssh = gtk_button_new_with_mnemonic (_("Connect by _SSH"));
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) argv = drover_machine_dup_ssh_argv (drover_run_get_machine (self->run), &error);
  guint n = 0;

  gtk_widget_add_css_class (ssh, "flat");
  gtk_widget_set_valign (ssh, GTK_ALIGN_CENTER);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (ssh), "win.connect-ssh");
  gtk_widget_set_tooltip_text (
    ssh, _("By the port of this computer that leads to the guest, as the user of its setup"));
  gtk_widget_set_visible (ssh, argv != NULL);
  adw_preferences_group_set_header_suffix (group, ssh);
  /* Why there is no such button. */
  if (error != NULL)
    {
      g_autofree char *why = g_markup_escape_text (error->message, -1);

      adw_preferences_group_set_description (group, why);
    }
  for (guint i = 0; i < facts->addresses->len; i++)
    {
      const DroverAgentAddress *address = facts->addresses->pdata[i];
      g_autofree char *title = NULL;
      g_autofree char *subtitle = NULL;
      GtkWidget *button;
      GtkWidget *row;

      if (address->is_loopback)
        continue;
      n++;
      title = g_strdup_printf ("%s/%u", address->address, address->prefix);
      subtitle = g_strjoin (" · ", address->interface != NULL ? address->interface : "",
                            address->hardware, NULL);
      row = new_row (title, subtitle);
      button = gtk_button_new_from_icon_name ("edit-copy-symbolic");
      gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
      gtk_widget_add_css_class (button, "flat");
      gtk_widget_set_tooltip_text (button, _("Copy the Address"));
      gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      _("Copy the Address"), -1);
      g_object_set_data_full (G_OBJECT (button), "address", g_strdup (address->address), g_free);
      g_signal_connect_object (button, "clicked", G_CALLBACK (copy_address_cb), self,
                               G_CONNECT_DEFAULT);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
      adw_preferences_group_add (group, row);
    }
  if (n == 0)
    adw_preferences_group_set_description (
      group, _("The guest has no address that leads out of it."));
}

static void
show_filesystems (DroverGuestPage *self)
{
  const DroverAgentFacts *facts = self->facts;
  AdwPreferencesGroup *group;

  if (facts->filesystems->len == 0)
    return;

  group = add_group (self, _("File Systems"));
  for (guint i = 0; i < facts->filesystems->len; i++)
    {
      const DroverAgentFilesystem *filesystem = facts->filesystems->pdata[i];
      g_autofree char *used = g_format_size (filesystem->used);
      g_autofree char *total = g_format_size (filesystem->total);
      g_autofree char *usage = NULL;
      g_autofree char *subtitle = NULL;
      GtkWidget *row;
      GtkWidget *bar;

      if (filesystem->total > 0)
        /* Translators: two sizes such as 1.2 GB */
        usage = g_strdup_printf (_("%s of %s used"), used, total);
      subtitle = g_strjoin (" · ", filesystem->type != NULL ? filesystem->type : "", usage, NULL);
      row = new_row (filesystem->mount, subtitle);
      if (filesystem->total > 0)
        {
          bar = gtk_level_bar_new ();
          gtk_level_bar_set_value (GTK_LEVEL_BAR (bar),
                                   (double) filesystem->used / filesystem->total);
          gtk_widget_set_size_request (bar, 80, -1);
          gtk_widget_set_valign (bar, GTK_ALIGN_CENTER);
          gtk_accessible_update_property (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                          usage, -1);
          /* Green and red would say more than there is to say. */
          gtk_level_bar_remove_offset_value (GTK_LEVEL_BAR (bar), GTK_LEVEL_BAR_OFFSET_LOW);
          gtk_level_bar_remove_offset_value (GTK_LEVEL_BAR (bar), GTK_LEVEL_BAR_OFFSET_HIGH);
          gtk_level_bar_remove_offset_value (GTK_LEVEL_BAR (bar), GTK_LEVEL_BAR_OFFSET_FULL);
          adw_action_row_add_suffix (ADW_ACTION_ROW (row), bar);
        }
      adw_preferences_group_add (group, row);
    }
}

static void
show_refusals (DroverGuestPage *self)
{
  AdwPreferencesGroup *group;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *markup = NULL;

  if (self->facts->refusals->len == 0)
    return;

  for (guint i = 0; i < self->facts->refusals->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "",
                            (const char *) self->facts->refusals->pdata[i]);
  group = add_group (self, _("Not Told"));
  /* The guest's words. */
  markup = g_markup_escape_text (text->str, -1);
  adw_preferences_group_set_description (group, markup);
}

static void
show_facts (DroverGuestPage *self)
{
  GtkWidget *actions;

  for (guint i = 0; i < self->groups->len; i++)
    adw_preferences_page_remove (self->page, self->groups->pdata[i]);
  g_ptr_array_set_size (self->groups, 0);

  show_system (self);
  show_addresses (self);
  actions = _drover_guest_page_new_actions (self);
  adw_preferences_page_add (self->page, ADW_PREFERENCES_GROUP (actions));
  g_ptr_array_add (self->groups, actions);
  show_filesystems (self);
  show_refusals (self);
  gtk_stack_set_visible_child_name (self->stack, "facts");
}

static void
show_error (DroverGuestPage *self, const GError *error)
{
  gboolean silent = g_error_matches (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_TIMEOUT);

  show_status (self, silent ? _("The Guest Agent Does Not Answer") : _("No Word From the Guest"),
               error->message, FALSE, TRUE, silent);
}

/* Loading */

static DexFuture *
load_fiber (gpointer user_data)
{
  DroverGuestPage *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverAgent) agent = dex_await_object (drover_run_open_agent (self->run), &error);
  g_autoptr (DroverAgentFacts) facts =
    agent != NULL ? dex_await_boxed (drover_agent_load_facts (agent), &error) : NULL;

  /* The next one may be another program. */
  if (agent != NULL)
    drover_agent_close (agent);
  self->loading = FALSE;
  if (self->run == NULL || self->stack == NULL)
    return dex_future_new_true ();

  g_clear_pointer (&self->facts, drover_agent_facts_unref);
  self->facts = g_steal_pointer (&facts);
  if (self->stale)
    _drover_guest_page_outdate (self);
  else if (self->facts != NULL)
    show_facts (self);
  else if (drover_run_is_live (self->run))
    show_error (self, error);
  return dex_future_new_true ();
}

static void
update (DroverGuestPage *self)
{
  g_autoptr (DroverAgentChannel) channel = NULL;

  self->stale = FALSE;
  g_clear_pointer (&self->facts, drover_agent_facts_unref);
  if (!drover_run_is_live (self->run))
    {
      show_off (self);
      return;
    }
  channel = drover_run_find_agent_channel (self->run);
  if (channel == NULL)
    {
      show_no_channel (self);
      return;
    }

  self->loading = TRUE;
  gtk_stack_set_visible_child_name (self->stack, "loading");
  drover_dex_forget (drover_dex_spawn (load_fiber, g_object_ref (self), g_object_unref));
}

/* What is shown is old. It is asked anew when somebody looks, and nobody talks already. */
void
_drover_guest_page_outdate (DroverGuestPage *self)
{
  self->stale = TRUE;
  if (gtk_widget_get_mapped (GTK_WIDGET (self)) && !self->loading && !self->busy)
    update (self);
}

static void
map_cb (DroverGuestPage *self)
{
  if (self->stale && !self->loading && !self->busy)
    update (self);
}

static void
event_cb (DroverGuestPage *self, const char *name)
{
  if (g_str_equal (name, "VSERPORT_CHANGE"))
    _drover_guest_page_outdate (self);
}

static void
drover_guest_page_dispose (GObject *object)
{
  DroverGuestPage *self = DROVER_GUEST_PAGE (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  self->stack = NULL;
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->facts, drover_agent_facts_unref);
  g_clear_pointer (&self->groups, g_ptr_array_unref);
  g_clear_object (&self->run);

  G_OBJECT_CLASS (drover_guest_page_parent_class)->dispose (object);
}

static void
drover_guest_page_class_init (DroverGuestPageClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_guest_page_dispose;
}

/* What must be done in the guest, once. */
static GtkWidget *
new_install (void)
{
  static const char *const ways[][2] = {
    { "Debian, Ubuntu", "sudo apt install qemu-guest-agent" },
    { "Fedora", "sudo dnf install qemu-guest-agent" },
    { "Arch Linux", "sudo pacman -S qemu-guest-agent" },
    { "Windows", N_("Run “virtio-win-guest-tools.exe” from the CD of virtio-win") },
  };
  GtkWidget *group = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), _("In the Guest"));
  adw_preferences_group_set_description (
    ADW_PREFERENCES_GROUP (group),
    _("The agent begins with the system. Where it does not: "
      "sudo systemctl start qemu-guest-agent"));
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      GtkWidget *row = new_row (ways[i][0], _(ways[i][1]));

      gtk_widget_add_css_class (row, "property");
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
    }
  return group;
}

static GtkWidget *
new_status (DroverGuestPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);

  self->status = ADW_STATUS_PAGE (adw_status_page_new ());
  adw_status_page_set_icon_name (self->status, "computer-symbolic");
  gtk_widget_add_css_class (GTK_WIDGET (self->status), "compact");
  self->add = gtk_button_new_with_mnemonic (_("_Add a Guest Agent Channel…"));
  gtk_widget_add_css_class (self->add, "pill");
  gtk_widget_add_css_class (self->add, "suggested-action");
  gtk_widget_set_halign (self->add, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (self->add, "clicked", G_CALLBACK (_drover_guest_page_add_channel),
                            self);
  self->retry = gtk_button_new_with_mnemonic (_("_Try Again"));
  gtk_widget_add_css_class (self->retry, "pill");
  gtk_widget_set_halign (self->retry, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (self->retry, "clicked", G_CALLBACK (_drover_guest_page_outdate), self);
  self->install = new_install ();
  gtk_box_append (GTK_BOX (box), self->add);
  gtk_box_append (GTK_BOX (box), self->retry);
  gtk_box_append (GTK_BOX (box), self->install);
  adw_status_page_set_child (self->status, box);
  return GTK_WIDGET (self->status);
}

static GtkWidget *
new_loading (void)
{
  GtkWidget *page = adw_status_page_new ();

  adw_status_page_set_paintable (ADW_STATUS_PAGE (page),
                                 GDK_PAINTABLE (adw_spinner_paintable_new (page)));
  adw_status_page_set_title (ADW_STATUS_PAGE (page), _("Asking the Guest Agent"));
  gtk_widget_add_css_class (page, "compact");
  return page;
}

static void
cancel_cb (DroverGuestPage *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
}

static GtkWidget *
new_facts (DroverGuestPage *self)
{
  GtkWidget *cancel = gtk_button_new_with_mnemonic (_("_Cancel"));

  self->page = ADW_PREFERENCES_PAGE (adw_preferences_page_new ());
  self->work = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  self->work_row = new_row ("", NULL);
  self->progress = GTK_PROGRESS_BAR (gtk_progress_bar_new ());
  gtk_widget_set_valign (GTK_WIDGET (self->progress), GTK_ALIGN_CENTER);
  gtk_widget_set_size_request (GTK_WIDGET (self->progress), 80, -1);
  gtk_widget_set_valign (cancel, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (cancel, "clicked", G_CALLBACK (cancel_cb), self);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->work_row), GTK_WIDGET (self->progress));
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->work_row), cancel);
  adw_preferences_group_add (self->work, self->work_row);
  gtk_widget_set_visible (GTK_WIDGET (self->work), FALSE);
  adw_preferences_page_add (self->page, self->work);
  return GTK_WIDGET (self->page);
}

static void
drover_guest_page_init (DroverGuestPage *self)
{
  self->stale = TRUE;
  self->groups = g_ptr_array_new ();
  self->stack = GTK_STACK (gtk_stack_new ());
  gtk_stack_add_named (self->stack, new_status (self), "status");
  gtk_stack_add_named (self->stack, new_loading (), "loading");
  gtk_stack_add_named (self->stack, new_facts (self), "facts");
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->stack));
}

/**
 * drover_guest_page_new:
 * @run: the run of a machine
 *
 * Returns: (transfer floating): what its guest agent tells and does
 */
GtkWidget *
drover_guest_page_new (DroverRun *run)
{
  DroverGuestPage *self = g_object_new (DROVER_TYPE_GUEST_PAGE, NULL);
  DroverEditor *editor = drover_editor_get_for_machine (drover_run_get_machine (run));

  self->run = g_object_ref (run);
  g_signal_connect (self, "map", G_CALLBACK (map_cb), NULL);
  g_signal_connect_object (run, "event", G_CALLBACK (event_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (run, "notify::state", G_CALLBACK (_drover_guest_page_outdate), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (editor, "notify::document", G_CALLBACK (_drover_guest_page_outdate),
                           self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
