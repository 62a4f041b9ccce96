/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "drover-accel.h"
#include "drover-creation-private.h"
#include "drover-error.h"
#include "drover-install.h"
#include "drover-program.h"
#include "drover-ssh-port.h"

static const char *
get_host_architecture (void)
{
  static const char *const names[][2] = { { "amd64", "x86_64" }, { "arm64", "aarch64" } };
  static struct utsname name;

  if (uname (&name) != 0)
    return "x86_64";
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (name.machine, names[i][0]))
      return names[i][1];

  return name.machine;
}

static const char *
choose_architecture (DroverCreation *self)
{
  if (self->choices->architecture != NULL)
    return self->choices->architecture;

  return drover_template_has_architecture (self->template, get_host_architecture ())
           ? get_host_architecture ()
           : drover_template_get_architectures (self->template)[0];
}

static guint64
get_host_memory (void)
{
  long pages = sysconf (_SC_PHYS_PAGES);
  long size = sysconf (_SC_PAGESIZE);

  return pages > 0 && size > 0 ? (guint64) pages * size : 0;
}

/* What the template's `cpu-features` are compared with. Only what runs on the host's own processor
 * is asked for by name: an emulated one has all that its model has. */
static GStrv
list_cpu_features (DroverCatalogue *catalogue, const char *accelerator)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GArray) flags = NULL;

  if (g_str_equal (accelerator, "tcg"))
    return g_strv_builder_end (builder);

  flags = drover_catalogue_list_cpu_flags (catalogue, NULL);
  for (guint i = 0; i < flags->len; i++)
    g_strv_builder_add (builder, g_array_index (flags, DroverCatalogueProperty, i).name);
  return g_strv_builder_end (builder);
}

static gboolean
choose_accelerator (DroverCreation *self, GError **error)
{
  g_autoptr (DroverAccelReport) report =
    dex_await_boxed (drover_accel_choose (self->program, NULL, NULL), error);

  if (report == NULL)
    return FALSE;

  if (drover_accel_report_get_verdict (report) == DROVER_ACCEL_VERDICT_PASSED)
    {
      self->accelerator = g_strdup (drover_accel_report_get_accelerator (report));
      return TRUE;
    }
  self->accelerator = g_strdup ("tcg");
  _drover_creation_add_notice (self, _("The guest will be emulated, which is slow: %s"),
                               drover_accel_report_get_reason (report));
  return TRUE;
}

/* Finds out which QEMU makes the guest, and what it has. */
gboolean
_drover_creation_look_at_host (DroverCreation *self, GError **error)
{
  g_autofree char *path = NULL;

  _drover_creation_set_progress (self, _("Looking at this computer"), -1);
  self->architecture = g_strdup (choose_architecture (self));
  if (!drover_template_has_architecture (self->template, self->architecture))
    {
      g_autofree char *list =
        g_strjoinv (", ", (GStrv) drover_template_get_architectures (self->template));

      g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                   _("“%s” is not made for %s, only for: %s"),
                   drover_template_get_title (self->template), self->architecture, list);
      return FALSE;
    }

  self->program = self->choices->program != NULL
                    ? g_strdup (self->choices->program)
                    : g_strconcat ("qemu-system-", self->architecture, NULL);
  path = drover_program_find (self->program, error);
  if (path == NULL || !choose_accelerator (self, error))
    return FALSE;

  self->catalogue = dex_await_object (drover_catalogue_load (self->program), error);
  if (self->catalogue == NULL)
    return FALSE;
  self->cpu_features = list_cpu_features (self->catalogue, self->accelerator);
  return _drover_creation_check_going (self, error);
}

DroverTemplateHost
_drover_creation_get_host (DroverCreation *self)
{
  return (DroverTemplateHost) {
    .architecture = self->architecture,
    .program = self->program,
    .accelerator = self->accelerator,
    .memory = get_host_memory (),
    .cpus = g_get_num_processors (),
    .cpu_features = (const char *const *) self->cpu_features,
  };
}

static gboolean
check_name (const char *name, GError **error)
{
  gboolean is_good = *name != '\0' && g_utf8_validate (name, -1, NULL);

  for (const char *p = name; is_good && *p != '\0'; p = g_utf8_next_char (p))
    is_good = !g_unichar_iscntrl (g_utf8_get_char (p));
  if (!is_good)
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                 _("The name is empty, not UTF-8, or has control characters in it"));

  return is_good;
}

/* A host's name may be no longer than this. */
#define LONGEST_HOST_NAME 63

static char *
make_host_name (const char *name, const char *kind)
{
  g_autofree char *slug = drover_slug_from_name (name);

  /* Windows takes fifteen letters. */
  slug[MIN (strlen (slug), g_str_equal (kind, "autounattend") ? 15 : LONGEST_HOST_NAME)] = '\0';
  while (g_str_has_suffix (slug, "-"))
    slug[strlen (slug) - 1] = '\0';
  return g_steal_pointer (&slug);
}

static gboolean
check_answers (DroverCreation *self, GError **error)
{
  const char *kind = drover_template_get_unattended (self->template);

  if (self->choices->answers == NULL)
    return TRUE;
  if (kind == NULL)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                   _("“%s” cannot be installed by itself: a user, a password and keys cannot be "
                     "given beforehand"),
                   drover_template_get_title (self->template));
      return FALSE;
    }

  self->answers = drover_unattended_copy (self->choices->answers);
  g_set_str (&self->answers->kind, kind);
  g_set_str (&self->answers->architecture, self->architecture);
  self->answers->uefi =
    self->firmware_kind != NULL && !g_str_equal (self->firmware_kind, DROVER_FIRMWARE_BIOS);
  if (self->answers->host_name == NULL || *self->answers->host_name == '\0')
    {
      g_free (self->answers->host_name);
      self->answers->host_name = make_host_name (self->name, kind);
    }

  return drover_unattended_check (self->answers, error);
}

static gboolean
check_firmware (DroverCreation *self, GError **error)
{
  const char *wanted = self->choices->firmware;

  self->firmware_kinds = drover_template_dup_firmwares (self->template, self->architecture);
  if (wanted == NULL ||
      g_strv_contains ((const char *const *) self->firmware_kinds, wanted))
    {
      self->firmware_kind = wanted != NULL ? wanted : self->firmware_kinds[0];
      return TRUE;
    }

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
               _("“%s” does not start with the firmware “%s”"),
               drover_template_get_title (self->template), wanted);
  return FALSE;
}

/* A port that was chosen must be free; otherwise one is looked for. */
static gboolean
check_ssh_port (DroverCreation *self, GError **error)
{
  if (!drover_template_takes_ssh_port (self->template))
    {
      if (self->choices->ssh_port == 0)
        return TRUE;
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                   _("“%s” forwards no port to an SSH server, so none can be chosen"),
                   drover_template_get_title (self->template));
      return FALSE;
    }

  self->ssh_port = self->choices->ssh_port != 0 ? self->choices->ssh_port
                                                : drover_ssh_port_choose (self->library);
  return self->choices->ssh_port == 0 ||
         drover_ssh_port_check (self->library, self->choices->ssh_port, error);
}

/* Finds what was left to us, and refuses what cannot be. */
gboolean
_drover_creation_check_choices (DroverCreation *self, GError **error)
{
  const DroverCreationChoices *choices = self->choices;
  DroverTemplateHost host = _drover_creation_get_host (self);

  self->name = choices->name != NULL
                 ? g_strdup (choices->name)
                 : drover_library_dup_free_name (self->library,
                                                 drover_template_get_title (self->template));
  self->memory = choices->memory != 0 ? choices->memory
                                      : drover_template_suggest_memory (self->template, &host);
  self->cpus = choices->cpus != 0 ? choices->cpus
                                  : drover_template_suggest_cpus (self->template, &host);
  self->disk = choices->disk != 0 ? choices->disk : drover_template_get_disk (self->template);
  if (!check_name (self->name, error) ||
      !drover_template_check_sizes (self->template, self->memory, self->cpus, self->disk, error) ||
      !check_firmware (self, error) || !check_answers (self, error) ||
      !check_ssh_port (self, error))
    return FALSE;

  if (host.memory > 0 && self->memory > host.memory)
    {
      g_autofree char *wanted = g_format_size_full (self->memory, G_FORMAT_SIZE_IEC_UNITS);
      g_autofree char *there = g_format_size_full (host.memory, G_FORMAT_SIZE_IEC_UNITS);

      _drover_creation_add_notice (self, _("The guest gets %s of memory, more than the %s that this "
                                           "computer has"), wanted, there);
    }

  return TRUE;
}
