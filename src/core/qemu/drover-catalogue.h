/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <libdex.h>

G_BEGIN_DECLS

#define DROVER_TYPE_CATALOGUE (drover_catalogue_get_type ())
G_DECLARE_FINAL_TYPE (DroverCatalogue, drover_catalogue, DROVER, CATALOGUE, GObject)

/* All strings of these records belong to the catalogue and live as long as it does. */

typedef struct
{
  const char *name;
  const char *alias;        /* nullable */
  const char *description;  /* nullable */
  const char *default_cpu;  /* nullable */
  guint max_cpus;
  gboolean is_default;
  gboolean deprecated;
  gboolean hotpluggable_cpus;
  gboolean numa;
} DroverCatalogueMachine;

typedef struct
{
  const char *name;
  const char *type;                 /* QOM type name */
  const char *alias_of;             /* nullable */
  gboolean deprecated;
  const char *description;          /* nullable */
  gboolean is_static;               /* as query-cpu-definitions says */
  const char *const *missing;       /* unavailable-features under TCG */
} DroverCatalogueCpu;

typedef struct
{
  const char *name;
  const char *alias;        /* nullable */
  const char *category;     /* `-device help`'s heading: "network", "storage", "" … */
  const char *bus;          /* nullable: the bus it plugs into: "PCI", "usb-bus" */
  const char *description;  /* nullable */
  gboolean user_creatable;
} DroverCatalogueDevice;

typedef struct
{
  const char *name;
  const char *type;           /* QOM's words: "uint32", "bool", "str", "OnOffAuto" … */
  const char *description;    /* nullable */
  const char *default_value;  /* nullable; JSON text */
  const char *const *choices; /* nullable: the allowed values of an enumeration */
  gboolean internal;          /* child<>, x-*, busnr, links to what nobody makes by hand … */
  gboolean required;          /* only said of backends */
} DroverCatalogueProperty;

/* A bus that devices plug into, and what brings one into the machine. */
typedef struct
{
  const char *type;      /* "PCI", "SCSI" … */
  const char *provider;  /* the device type that has such a bus */
} DroverCatalogueBus;

/* A value that a setting may have. */
typedef struct
{
  const char *value;
  const char *title;        /* nullable: a description */
  gboolean deprecated;
} DroverSuggestion;

DexFuture  *drover_catalogue_load             (const char *program) G_GNUC_WARN_UNUSED_RESULT;
const char *drover_catalogue_get_program      (DroverCatalogue *self);
const char *drover_catalogue_get_version      (DroverCatalogue *self);
const char *drover_catalogue_get_architecture (DroverCatalogue *self);

GArray     *drover_catalogue_list_machines    (DroverCatalogue *self);
gboolean    drover_catalogue_find_machine     (DroverCatalogue *self, const char *name,
                                               DroverCatalogueMachine *machine);
GArray     *drover_catalogue_list_machine_properties (DroverCatalogue *self, const char *machine);

GArray     *drover_catalogue_list_cpus        (DroverCatalogue *self);
gboolean    drover_catalogue_find_cpu         (DroverCatalogue *self, const char *name,
                                               DroverCatalogueCpu *cpu);
GArray     *drover_catalogue_list_cpu_flags   (DroverCatalogue *self, const char *cpu);
DexFuture  *drover_catalogue_load_cpu_flags   (DroverCatalogue *self,
                                               const char *cpu) G_GNUC_WARN_UNUSED_RESULT;

GArray     *drover_catalogue_list_devices     (DroverCatalogue *self);
gboolean    drover_catalogue_find_device      (DroverCatalogue *self, const char *name,
                                               DroverCatalogueDevice *device);
GArray     *drover_catalogue_list_properties  (DroverCatalogue *self, const char *type);
gboolean    drover_catalogue_find_property    (DroverCatalogue *self, const char *type,
                                               const char *name,
                                               DroverCatalogueProperty *property);
GArray     *drover_catalogue_list_buses_for   (DroverCatalogue *self, const char *device);
GArray     *drover_catalogue_list_buses_of    (DroverCatalogue *self, const char *device);

GArray     *drover_catalogue_list_backends    (DroverCatalogue *self, const char *kind);
GArray     *drover_catalogue_list_backend_properties (DroverCatalogue *self, const char *kind,
                                                      const char *name);
GArray     *drover_catalogue_list_options     (DroverCatalogue *self);
GArray     *drover_catalogue_list_option_keys (DroverCatalogue *self, const char *option);

GArray     *drover_catalogue_suggest          (DroverCatalogue *self, const char *query);
gboolean    drover_catalogue_knows            (DroverCatalogue *self, const char *query,
                                               const char *value);
char       *drover_catalogue_dup_default      (DroverCatalogue *self, const char *machine,
                                               const char *setting_id);

G_END_DECLS
