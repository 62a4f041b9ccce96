/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-catalogue.h"
#include "drover-creation.h"
#include "drover-firmware.h"

G_BEGIN_DECLS

/* One machine's making.
 *
 * drover-creation.c has the object and the order of the steps, drover-creation-host.c what this
 * computer and the choices say, drover-creation-media.c where the files come from,
 * drover-creation-document.c what machine.json says, drover-creation-files.c what is made in the
 * machine's folder. */
struct _DroverCreation
{
  GObject parent_instance;

  DroverLibrary *library;
  DroverDownloads *downloads;
  DroverTemplate *template;
  DroverCreationChoices *choices;

  char *text;
  double fraction;
  GStrv steps;
  GStrv notices;
  DroverDocument *document;

  GCancellable *cancellable; /* while it runs */
  gboolean dry;              /* nothing is made or downloaded */
  GStrvBuilder *steps_builder;
  GStrvBuilder *notices_builder;

  /* What the steps found out, each for the later ones. Names of files in the machine's folder are
   * relative. */
  char *name;
  char *architecture;
  char *program;
  char *accelerator;
  DroverCatalogue *catalogue;
  GStrv cpu_features;
  guint64 memory;
  guint cpus;
  guint64 disk;
  guint16 ssh_port;
  DroverUnattended *answers;
  GHashTable *answer_files;  /* name → GBytes */
  GHashTable *media;         /* id → path */
  JsonArray *origins;
  const DroverTemplateMedium *image; /* the medium that the disk is made from */
  char *kernel;
  char *initrd;
  char *kernel_source;       /* what `kernel` is made from, an ISO or a path */
  char *initrd_source;
  const DroverTemplateMedium *extracted; /* the ISO that has the two */
  const char *firmware_kind;
  GStrv firmware_kinds;
  DroverFirmware *firmware;
  char *folder;              /* hidden, until the machine is whole */
};

#define DROVER_CREATION_DISK "disk.qcow2"
#define DROVER_CREATION_VARS "vars.qcow2"
#define DROVER_CREATION_SEED "seed.iso"
#define DROVER_CREATION_INITRD "initrd-answers.gz"

gboolean  _drover_creation_look_at_host  (DroverCreation *self, GError **error);
gboolean  _drover_creation_check_choices (DroverCreation *self, GError **error);
gboolean  _drover_creation_find_media    (DroverCreation *self, GError **error);
gboolean  _drover_creation_make_document (DroverCreation *self, GError **error);
gboolean  _drover_creation_list_files    (DroverCreation *self);
gboolean  _drover_creation_make_files    (DroverCreation *self, GError **error);

/* The host that the template is told of; its texts belong to @self. */
DroverTemplateHost _drover_creation_get_host (DroverCreation *self);

void      _drover_creation_set_progress  (DroverCreation *self, const char *text,
                                          double fraction);
void      _drover_creation_add_step      (DroverCreation *self, const char *format,
                                          ...) G_GNUC_PRINTF (2, 3);
void      _drover_creation_add_notice    (DroverCreation *self, const char *format,
                                          ...) G_GNUC_PRINTF (2, 3);
gboolean  _drover_creation_check_going   (DroverCreation *self, GError **error);

G_END_DECLS
