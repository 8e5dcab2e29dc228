type Options = Readonly<Record<string, unknown>>;
export declare const PROGRAMS: readonly string[];
export declare const FOLDER: string;
export declare const OWN_COMPILER: string;
export declare const RESOLUTIONS: readonly Options[];
export declare const STRICTNESS: readonly Options[];
export declare const complaints: (compiler: string, folder: string, files: readonly string[], options: Options) => string;
